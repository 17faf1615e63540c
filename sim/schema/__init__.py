"""The kinds of file a user may write, as JSON Schema, so that an editor completes, explains and checks them.

    KINDS                         what `kind:` may say in a file that somebody writes
    schema(kind, base)            -> dict   the schema of a kind of file
    as_text(schema)               -> str    as it is shipped in `schemas/`

What a scenario may say is taken from the models by which it is read, so that the two can not drift; of the other kinds
the keys and words are those of their readers. A schema sees what stands in one file. What hangs on another file, on
several values together or on the model as a whole is for `nelm check`.

The form is draft 7 of JSON Schema, which the editors' language server knows best. docs/schema.md says how to set up
an editor.
"""

from sim.schema.kinds import KINDS, as_text, schema

__all__ = ["KINDS", "as_text", "schema"]
