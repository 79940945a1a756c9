"""An adopted framework for tests of what names its actions."""

from framework.models import DraftStatus
from tests.factories import FrameworkDraftFactory, FrameworkFactory, WordingFactory


def adopted(*texts, is_public=True, **facts):
    """Return the paragraphs of a framework that was adopted with these actions."""
    framework = FrameworkFactory(**facts)
    framework.is_public = is_public
    framework.save()
    draft = FrameworkDraftFactory(framework=framework, status=DraftStatus.ADOPTED)
    return [WordingFactory(draft=draft, text_en=text).paragraph for text in texts]


def keys_of(paragraphs):
    return [str(each.key) for each in paragraphs]
