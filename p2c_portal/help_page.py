"""The questions and answers, in the order in which an organisation meets them.

An answer takes its numbers and labels from `figures()`. Anchors are part of addresses that others
link to: they never change.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from p2c_portal.help_for_members import MEMBER_TOPICS
from p2c_portal.help_types import Link, Question, Topic

TOPICS: Final = (
    Topic(
        "before-you-begin",
        _("Before you begin"),
        (
            Question(
                "who-can-join",
                _("Who can join? Must we be a government?"),
                _(
                    "Governments can join, and so can ITU-D Sector Members, universities, regional "
                    "and international organisations and UN specialized agencies. Another kind of "
                    "organisation chooses “%(other)s” as its category. Only organisations can join."
                ),
                [Link("eoi:create", _("Express your interest"))],
            ),
            Question(
                "what-we-need",
                _("What do we need, and what does it cost?"),
                _(
                    "You need the facts about your organisation, and the name, position and email "
                    "address of its focal point. Somebody who is authorised to speak for the "
                    "organisation sends the form. You need no account, and the portal asks for no "
                    "payment."
                ),
                [Link("eoi:before_you_start", _("What you need before you start"))],
            ),
            Question(
                "which-focus-area",
                _("Which focus area do we choose?"),
                _(
                    "Choose the area whose work is nearest to yours. You may name other areas that "
                    "interest you too. An organisation is admitted to one area, and the team can "
                    "move it to another area later."
                ),
                [Link("focus_area_list", _("Focus areas"))],
            ),
            Question(
                "languages",
                _("In which languages can we read and write?"),
                _(
                    "You change the language of a page at its top. Write your answers in any "
                    "of the six languages. The form asks in which language we write to you."
                ),
            ),
        ),
    ),
    Topic(
        "filling-in-the-form",
        _("Filling in the form"),
        (
            Question(
                "continue-later",
                _("Can I stop and continue later?"),
                _(
                    "Yes. Press “%(save)s” and enter your email address: we send you a link that "
                    "opens the form on any device. We keep the form for %(draft_days)s days after "
                    "you last saved it. Without an address, the same browser finds your form again "
                    "for %(form_hours)s hours."
                ),
                [Link("eoi:create", _("Express your interest"))],
            ),
            Question(
                "sign-off",
                _("How does the person who may sign see our answers?"),
                _(
                    "Tick “%(other_signs)s” in the form, save it, open the link to your draft and "
                    "choose “%(sign_off)s”. That person reads the answers with a link of their "
                    "own, and confirms them; this is the authorisation. They can also send the "
                    "answers, but not change them, and we write to you then. If you change an "
                    "answer, they can confirm again."
                ),
            ),
            Question(
                "deadline",
                _("What if we miss the deadline?"),
                _(
                    "The form shows the last moment at which we accept it. If you had saved a "
                    "draft before, open it and press “%(ask_late)s”: the team decides and writes "
                    "to you. Without a draft, ask us to write to you when the next call opens."
                ),
                [Link("eoi:next_call", _("Tell me when the next call opens"))],
            ),
        ),
    ),
    Topic(
        "after-sending",
        _("After you have sent it"),
        (
            Question(
                "what-happens-next",
                _("What happens next, and when?"),
                _(
                    "We send you a reference and a link to the page of your expression of "
                    "interest. That page shows the status, and the day by which we write to you. "
                    "We admit your organisation, ask you a question, or give the reasons why we "
                    "cannot admit it."
                ),
            ),
            Question(
                "correct-or-withdraw",
                _("Can we correct or withdraw what we sent?"),
                _(
                    "Yes, on the page of your expression of interest. You can correct your answers "
                    "until we decide; after that, write to us. You can also withdraw after your "
                    "organisation was admitted."
                ),
                [Link("eoi:recover_link", _("Request a new link"))],
                names_mailbox=True,
            ),
            Question(
                "answer-a-question",
                _("You asked us a question. How do we answer?"),
                _(
                    "Open the link in our email, and type your answer there. You can add up to "
                    "%(files)s documents (PDF, Word, PNG or JPEG), together at most %(megabytes)s "
                    "MB. You cannot change an answer after you have sent it."
                ),
            ),
            Question(
                "lost-link",
                _("I lost the link. How do I get to my page?"),
                _(
                    "Request a new link: enter the email address to which we write. We send the "
                    "links to all your expressions of interest, and to your drafts that are not "
                    "sent."
                ),
                [Link("eoi:recover_link", _("Request a new link"))],
            ),
            Question(
                "who-sees-our-answers",
                _("Who sees our answers?"),
                _(
                    "The coalition’s staff see them, and observers within ITU. Once you are "
                    "admitted, the members of your working group see your organisation, its role "
                    "and the names of its focal points. The public sees your organisation only if "
                    "you agreed."
                ),
                [Link("privacy", _("Privacy notice"))],
            ),
            Question(
                "change-focal-point",
                _("How do we change the focal point or an email address?"),
                _(
                    "Choose “%(transfer)s” on the page of your expression of interest, and name "
                    "the new person. Nothing changes until that person accepts, within "
                    "%(transfer_days)s days. For a new email address, name yourself with that "
                    "address."
                ),
                [Link("eoi:recover_link", _("Request a new link"))],
            ),
        ),
    ),
    *MEMBER_TOPICS,
    Topic(
        "data-and-problems",
        _("Your data, and problems"),
        (
            Question(
                "my-data",
                _("What do you keep about me, and how is it erased?"),
                _(
                    "The privacy notice lists what we keep, what it is for and how long. Focal "
                    "points who can sign in can save a copy of their data from their preferences. "
                    "To get a copy in another way, or to be erased, write to us."
                ),
                [
                    Link("privacy", _("Privacy notice")),
                    Link("privacy:my_data", _("Your data")),
                ],
                names_mailbox=True,
            ),
            Question(
                "emails",
                _("Which emails do you send, and how do I stop them?"),
                _(
                    "We write about your expression of interest, your meetings, the drafts of your "
                    "working group and your commitments. You switch reminders and emails about "
                    "papers on and off in your preferences. Each bulletin has a link to "
                    "unsubscribe. We always write about decisions, drafts and changed meetings."
                ),
                [Link("participation:my_preferences", _("Your preferences"))],
            ),
            Question(
                "whom-to-ask",
                _("Something does not work for me. Whom do I ask?"),
                _(
                    "Write to us, and say which page has the problem. If you have a reference, "
                    "quote it. If you cannot use a form, we accept your answers by email."
                ),
                [Link("accessibility", _("Accessibility statement"))],
                names_mailbox=True,
            ),
        ),
    ),
)
QUESTIONS: Final = {each.anchor: each for topic in TOPICS for each in topic.questions}
