"""The questions of members and their answers, in the order in which they meet them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from p2c_portal.help_types import Link, Question, Topic

MEMBER_TOPICS: Final = (
    Topic(
        "members",
        _("Members and their meetings"),
        (
            Question(
                "sign-in",
                _("How do I sign in without a password?"),
                _(
                    "Enter the email address to which we write. We send you a code; type it into "
                    "the page within %(code_minutes)s minutes. Only focal points of admitted "
                    "organisations can sign in."
                ),
                [Link("accounts:sign_in_code", _("Sign in"))],
            ),
            Question(
                "no-code",
                _("The code does not arrive. What can I do?"),
                _(
                    "Look in your spam folder. Then check the address: the page looks the same "
                    "for every address, and we send a code only to a focal point of an admitted "
                    "organisation. If you request another code, only the latest code works."
                ),
                names_mailbox=True,
            ),
            Question(
                "stay-signed-in",
                _("How long do I stay signed in?"),
                _(
                    "Until you close the browser, and at most %(session_hours)s hours. On a device "
                    "of your own, you can choose to stay signed in for %(stay_days)s days. Under "
                    "your active sessions you can sign out of any browser."
                ),
                [Link("accounts:sessions", _("Active sessions"))],
            ),
            Question(
                "calendar",
                _("How do the meetings get into my calendar, in my time zone?"),
                _(
                    "Subscribe once: your calendar program then shows each meeting at your local "
                    "time, and fetches changes by itself. The calendar link of a member is "
                    "personal: do not share it. In their preferences, members set the time zone "
                    "of our pages and emails, and can choose invitations by email instead, which "
                    "their calendar program accepts or declines."
                ),
                [
                    Link("meetings:calendar", _("Calendar")),
                    Link("participation:my_feed", _("Add to your calendar")),
                    Link("participation:my_preferences", _("Your preferences")),
                ],
            ),
            Question(
                "reply-to-a-meeting",
                _("How do I reply to a meeting, and what is a sitting?"),
                _(
                    "Reply on the page of the meeting, with a link in our emails, or in your "
                    "calendar program if we send you invitations. You can change your reply until "
                    "the meeting is over. Some meetings are held several times, for different "
                    "parts of the world: each is a sitting, and you attend the one that suits you."
                ),
                [Link("participation:my_calendar", _("Your calendar"))],
            ),
            Question(
                "find-a-date",
                _("How do I say which dates suit me?"),
                _(
                    "If a date is sought for a meeting, you get an email with up to six dates. "
                    "Open the link in it and choose yes, if need be or no for each date: no "
                    "password is needed. Under each date you read for how many people it is at "
                    "night. You can change your answers until a date is taken; then you are told "
                    "once."
                ),
                [Link("participation:my_page", _("Your page"))],
            ),
            Question(
                "papers",
                _("Where are the papers, and may I share them?"),
                _(
                    "Agendas, minutes and drafts are among your papers, in every version and "
                    "language. Do not share them outside your organisation. Papers that anyone may "
                    "read are on the public pages of the focus areas."
                ),
                [Link("participation:my_papers", _("Papers"))],
            ),
        ),
    ),
    Topic(
        "action-framework",
        _("The Action Framework"),
        (
            Question(
                "propose-a-change",
                _("How do I propose a change to a text?"),
                _(
                    "Open the draft with the link in our email, or sign in. At a paragraph choose "
                    "“%(propose_change)s”, correct the text, look at what changes, and give a "
                    "reason. You can also ask to delete or keep a paragraph, add one, comment, or "
                    "support what others propose. A proposal can be changed until the draft "
                    "closes."
                ),
            ),
            Question(
                "what-happens-with-a-proposal",
                _("What happens with my proposal?"),
                _(
                    "When the draft has closed, the coordinator answers each proposal: taken, "
                    "taken with changes, merged, not taken or noted, with a reason unless it is "
                    "taken. The next draft opens only when all have an answer. We send your "
                    "organisation one email with yours."
                ),
            ),
            Question(
                "who-sees-a-proposal",
                _("Who sees my proposal?"),
                _(
                    "Your working group sees it at once, with the name of your organisation. Only "
                    "staff and co-leads see who sent it. If the framework is public, everybody "
                    "sees the proposals once the draft has closed."
                ),
            ),
            Question(
                "observers-and-proposals",
                _("May observers propose?"),
                _(
                    "Yes, unless the coordinator of the focus area keeps it to participants and "
                    "co-leads. Observers always read the drafts and all proposals. Other working "
                    "groups propose nothing."
                ),
            ),
            Question(
                "actions-and-commitments",
                _("What is an action, and how does a commitment serve it?"),
                _(
                    "An action is a sentence of the framework that somebody can commit to. Once "
                    "the framework is adopted, a commitment may name up to three actions of "
                    "its focus area. The page of the framework shows for each action how many "
                    "commitments serve it, and which has none yet."
                ),
                [Link("commitments:register", _("Commitments"))],
            ),
        ),
    ),
    Topic(
        "commitments",
        _("Commitments"),
        (
            Question(
                "what-is-a-commitment",
                _("What is a commitment, and who may make one?"),
                _(
                    "A commitment says what a member will do, where and by when, so that everybody "
                    "can follow it. The focal points of an admitted organisation write it. Other "
                    "organisations can take part as partners."
                ),
                [
                    Link("commitments:my_commitments", _("Your commitments")),
                    Link("commitments:register", _("Commitments")),
                ],
            ),
            Question(
                "partners",
                _("How does a partner confirm that it takes part?"),
                _(
                    "We send a link to partners that are members, and to those whose email address "
                    "you enter. With it they confirm or decline, also each sum that they give, "
                    "without an account. A sum of theirs is public once they have confirmed it, "
                    "and a changed one is asked about again. If a partner declines, its name and "
                    "its sums leave the public page; if only a sum is wrong, it writes to you."
                ),
            ),
            Question(
                "reports",
                _("What happens after we send a commitment, and when do we report?"),
                _(
                    "The team reads it, may ask a question, and publishes it. A report is due each "
                    "year on the day of the publication: we ask you for it %(report_days)s days "
                    "before, and remind you if it is late. You can also report at any other time, "
                    "once a day. We publish each report after the team has read it."
                ),
            ),
            Question(
                "on-course",
                _("When is our commitment on course, and when behind?"),
                _(
                    "You can state milestones for a target: two to four numbers with their days. "
                    "It is on course if your newest number reaches the last milestone that was "
                    "due. Without milestones it may be a tenth of the way behind a straight line. "
                    "If it is behind, the report asks you why, and the register shows your "
                    "sentence."
                ),
                [Link("commitments:method", _("How we count"))],
            ),
            Question(
                "money",
                _("How do we state money?"),
                _(
                    "Name your partners first: whose money it is, is chosen among them. Enter each "
                    "amount once, in your own currency, at the stage that it has reached. For "
                    "totals we convert it to US dollars at the exchange rate of the month. If you "
                    "do not disclose an amount, no total contains it."
                ),
                [Link("commitments:method", _("How we count"))],
            ),
            Question(
                "correct-a-commitment",
                _("Can we correct what we sent, before it is published?"),
                _(
                    "Yes, with “%(correct)s”, until somebody of the team has begun to read it. "
                    "After that, the team may ask you a question, and you can correct the "
                    "commitment with your answer. If you see a typing error after the "
                    "publication, tell us: the team can correct it."
                ),
                [Link("commitments:my_commitments", _("Your commitments"))],
                names_mailbox=True,
            ),
            Question(
                "language-of-a-commitment",
                _("In which language do we write a commitment or a report?"),
                _(
                    "In any language. A title and a sentence in English are optional; with them "
                    "more people can read what you promise. Our team may write them, and the "
                    "page then says so."
                ),
            ),
            Question(
                "change-a-commitment",
                _("Can we correct or withdraw a published commitment?"),
                _(
                    "Yes. With “%(propose_change)s” you correct it and give a reason; the public "
                    "page shows the change once the team accepts it. With “%(withdraw)s” you end "
                    "it. It stays public with your reason, and no total contains its amounts."
                ),
                [Link("commitments:my_commitments", _("Your commitments"))],
            ),
        ),
    ),
    Topic(
        "needs-and-offers",
        _("Needs and offers"),
        (
            Question(
                "describe-a-need",
                _("Who can describe a need or an offer?"),
                _(
                    "The focal points of an admitted organisation. A need says what support you "
                    "look for, in one to ten countries. An offer says what you give, and where. "
                    "The team reads each one before everybody can, and can enter a need for a "
                    "Member State that belongs to the coalition."
                ),
                [
                    Link("opportunities:mine", _("Your needs and offers")),
                    Link("opportunities:register", _("Needs and offers")),
                ],
            ),
            Question(
                "offer-help",
                _("What happens after I offer help?"),
                _(
                    "The other organisation gets an email, reads your message without a password, "
                    "and accepts or declines. If it has not answered after %(silent_days)s days, "
                    "we tell you. Until it answers, you can withdraw the message."
                ),
                [Link("opportunities:mine", _("Your needs and offers"))],
            ),
            Question(
                "why-suggested",
                _("Why is this suggested to us?"),
                _(
                    "A need and an offer fit if they share a kind of support, and the offer names "
                    "a country of the need. The page says which. There is no score: those about "
                    "the same action, pillar or focus area come first, then those that wait "
                    "longest. An email with new ones comes once a week at most; you can switch it "
                    "off."
                ),
            ),
            Question(
                "who-sees-our-address",
                _("Who sees our names and addresses?"),
                _(
                    "Nobody, until one side accepts the message of the other. Then both see the "
                    "focal points of the other, with their addresses. Everybody reads which "
                    "organisation needs or offers something, and how many wrote about it, but not "
                    "who."
                ),
            ),
            Question(
                "how-long-open",
                _("How long is a need or an offer open?"),
                _(
                    "%(open_days)s days. Then we ask you by email to renew it, to close it with "
                    "the result, or to change it. Without an answer it expires after "
                    "%(answer_days)s days: everybody can still read it, but it is no longer "
                    "suggested. You can renew it then, too."
                ),
                [Link("opportunities:mine", _("Your needs and offers"))],
            ),
            Question(
                "gaps-by-country",
                _("What does the table of gaps show?"),
                _(
                    "For each country and pillar, how many active commitments name the country, "
                    "and how many needs have no answer. Commitments for a region or the whole "
                    "world are in the last row, so that they fill no country. From an empty cell, "
                    "a member can offer help there."
                ),
                [Link("opportunities:gaps", _("Gaps by country"))],
            ),
            Question(
                "report-a-need",
                _("How do I report a need or an offer?"),
                _(
                    "On its page choose “%(report)s” and say what is wrong. Anybody can. The team "
                    "reads it, and can close the need or offer: then only its organisation still "
                    "reads it."
                ),
            ),
        ),
    ),
)
