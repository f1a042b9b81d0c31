"""Tables of web pages that call themselves workbooks."""
