from django.core.management import call_command


def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
