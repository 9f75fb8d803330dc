"""Whoever gave care treats: for regions that were loaded before this was written down.

Care that its source linked to no pregnancy follows with the next derivation.
"""

from django.db import migrations

RELATE = """
INSERT INTO record_treatmentrelation
  (pregnancy_id, organisation_id, basis, valid_from, valid_until, question)
SELECT pregnancy_id, organisation_id, 'care', MIN(since), '9999-12-31', '' FROM (
  SELECT a.pregnancy_id, a.organisation_id, a.performed_on AS since
  FROM record_careactivity a
  WHERE a.pregnancy_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM record_withdrawal w WHERE w.activity_id = a.id)
  UNION ALL
  SELECT v.pregnancy_id, v.first_intake_organisation_id, v.first_intake_on
  FROM record_pregnancyversion v
  WHERE NOT EXISTS (
    SELECT 1 FROM record_pregnancyversion n WHERE n.pregnancy_id = v.pregnancy_id
      AND (n.recorded_on > v.recorded_on OR (n.recorded_on = v.recorded_on AND n.id > v.id)))
) AS care
WHERE NOT EXISTS (
  SELECT 1 FROM record_treatmentrelation r WHERE r.pregnancy_id = care.pregnancy_id
    AND r.organisation_id = care.organisation_id AND r.basis = 'care')
GROUP BY pregnancy_id, organisation_id
"""


class Migration(migrations.Migration):
    """Rows only, after the tables of 0002."""

    dependencies = [("record", "0002_access")]
    operations = [migrations.RunSQL(RELATE, migrations.RunSQL.noop)]
