from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0002_positions")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="password_until",
            field=models.DateTimeField(
                blank=True, help_text="tot wanneer een eenmalig wachtwoord geldt", null=True
            ),
        ),
    ]
