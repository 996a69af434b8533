"""What holds of versions in a folder holds of versions in a bucket: the same sentences, at a real S3 server."""
# ruff: noqa: F401 - each is collected here

from tests.unit.jobs.keeping.test_audit import (
    test_a_flipped_bit_is_found_by_the_blobs_name_and_healed_from_the_backup,
    test_a_version_that_is_gone_is_said,
    test_rows_that_break_todays_rules_are_counted,
    test_whole_versions_are_proven,
)
from tests.unit.jobs.keeping.test_backup import (
    test_a_backup_within_the_store_is_none,
    test_a_copy_that_nothing_can_mend_is_said,
    test_a_damaged_copy_is_not_restored,
    test_a_damaged_version_is_never_copied_over_its_good_copy,
    test_a_damaged_version_without_a_copy_is_named,
    test_a_store_that_is_gone_comes_back_byte_for_byte,
    test_a_version_is_copied_once,
    test_killed_at_each_write_a_backup_has_no_half_copy_and_ends_the_same,
    test_killed_at_each_write_a_healing_ends_the_same,
    test_only_what_is_new_is_sent,
    test_the_drill_a_model_trained_after_the_restore_has_the_same_digest,
    test_verify_reads_the_copy_and_makes_a_damaged_one_again,
    test_versions_whose_digest_covers_more_than_rows_are_kept_too,
)
from tests.unit.jobs.keeping.test_collect import (
    test_a_dry_run_removes_nothing_and_says_what_would_go,
    test_a_job_that_finds_its_version_there_keeps_it,
    test_a_reference_made_meanwhile_lifts_the_mark,
    test_a_removal_that_was_abandoned_is_ended_by_the_next_writer,
    test_killed_at_each_write_a_collection_ends_the_same,
    test_two_installations_never_collect_one_place,
    test_what_nothing_refers_to_is_marked_and_a_day_later_removed,
    test_what_was_written_lately_is_not_even_marked,
    test_who_takes_over_gives_what_was_marked_a_day_more,
)
from tests.unit.jobs.keeping.test_diff import test_rows_are_matched_by_their_key
from tests.unit.jobs.keeping.test_encrypted import (
    sealed,
    test_a_copy_made_after_a_rotation_opens_with_the_new_key,
    test_a_damaged_key_is_never_copied_over_its_good_copy,
    test_a_flipped_bit_is_found_and_healed,
    test_a_store_that_is_gone_comes_back_and_opens_with_the_key,
    test_nothing_of_it_lies_in_plain_in_the_backup_either,
)
from tests.unit.jobs.keeping.test_restore import (
    test_every_version_is_told_of_however_many_answers_it_takes,
    test_only_the_newest_and_those_that_somebody_refers_to_are_brought_back,
)
