from hcc_sdtm.repeated_text import repeat_text


def test_every_cell_is_the_same_object():
    text = "".join(["DRUG", " NAME"])
    texts = repeat_text(text, 3)
    assert texts.dtype == object
    assert all(cell is text for cell in texts)


def test_a_shape_of_two_lies_column_by_column_where_asked():
    texts = repeat_text("", (2, 3), order="F")
    assert texts.tolist() == [["", "", ""], ["", "", ""]]
    assert texts.flags.f_contiguous
    assert repeat_text("x", 0).tolist() == []
