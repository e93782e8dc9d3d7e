"""The lab on the books of a home: the register that they tell of, under the law in force."""

from tests.shell.cli.conftest import SALES, counted

WINDOW = ("--from", "2014-01-01", "--to", "2016-12-31")


def test_the_books_tell_of_the_register_that_was_imported(sold):
    models = ("--models", "united-states,china")
    of_the_file = sold.json("lab", "compare", "--register", SALES, *models, *WINDOW)
    of_the_books = sold.json("lab", "compare", *models, *WINDOW)
    for told in (of_the_file, of_the_books):
        # Which columns were assumed is told by a file of all of them, by books of each event.
        told["assumptions"] = [each for each in told["assumptions"] if "the register" not in each]
    assert of_the_file == of_the_books
    assert 4 <= len(of_the_file["models"]["united-states"]["rows"])


def test_a_change_is_tried_on_the_law_in_force_and_nothing_is_written(sold):
    before = counted(sold)
    told = sold.json("lab", "what-if", "--change", "practice.days.disposal=20", *WINDOW)
    assert "template" == told["blueprint"]
    assert [
        {"clause": "practice.days.disposal", "was": 60, "becomes": 20, "from": "2014-01-01"}
    ] == (told["changes"])
    assert told["difference"]["end_value"] not in (None, "0")
    assert before == counted(sold)


def test_books_without_a_seizure_have_nothing_to_play(untouched):
    no = untouched.refused("lab", "what-if", "--change", "practice.days.disposal=20")
    assert "no_register" == no["code"]


def test_the_demos_books_can_be_played(demo):
    told = demo.json("lab", "what-if", "--change", "practice.days.disposal=60")
    assert "kazakhstan" == told["blueprint"]
    assert told["base"]["rows"]
