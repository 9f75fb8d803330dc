"""A run keeps when the agreement pays, and why it deviates from that.

Defaults of the database: SQLite adds such a column without making the table anew, which it could
not while triggers of other tables name it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="paymentrun",
            name="agreed_rule",
            field=models.CharField(
                choices=[
                    ("paid", "Wat de verzekeraar betaalde"),
                    ("granted", "Ook wat is toegekend en nog niet betaald"),
                    ("divided", "Ook waarop de verzekeraar nog niet heeft geantwoord"),
                ],
                db_default="paid",
                help_text="zoals de afspraak zegt",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="deviates",
            field=models.CharField(
                blank=True, db_default="", help_text="waarom van de afspraak af", max_length=500
            ),
        ),
    ]
