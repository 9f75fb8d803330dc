"""A fault tells where to look, what stands there and what should stand there."""

from ooievaar.kernel.faults import Fault, InputRejected


def test_a_fault_names_file_row_and_column():
    fault = Fault("women.csv", 7, "birth_date", "31-02-1990", "een datum zoals jjjj-mm-dd")
    assert str(fault) == (
        "women.csv, regel 7, birth_date: gevonden 31-02-1990; verwacht een datum zoals jjjj-mm-dd"
    )


def test_a_fault_of_a_whole_file_has_no_row():
    assert str(Fault("x.xml", None, "", "tekst", "XML")) == "x.xml: gevonden tekst; verwacht XML"


def test_a_refused_input_keeps_every_fault():
    faults = [Fault("a.csv", row, "code", "X", "een code") for row in (2, 3)]
    assert InputRejected(iter(faults)).faults == faults
