"""Whatever a program really reads from outside is found, and nothing that would have run is refused."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cellburst.cells.names import CellNames, analyse
from tests.property.generated_programs import NAMES, Programs, TooLong, changed, run

FAST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
presence = st.sets(st.sampled_from(NAMES))
randoms = st.integers(0, 2**48)


def written(seed: int) -> tuple[str, CellNames]:
    source = Programs(Random(seed)).program()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return source, analyse(source)
        except SyntaxError:
            assume(False)
            raise


@FAST
@given(randoms, presence)
def test_every_name_that_is_really_read_is_found(seed: int, there: set[str]) -> None:
    source, names = written(seed)
    namespace, _error = run(source, there)
    missed = namespace.taken - set(names.reads)
    assert not missed, source


@FAST
@given(randoms, presence)
def test_nothing_is_refused_that_would_have_run(seed: int, there: set[str]) -> None:
    source, names = written(seed)
    _namespace, error = run(source, there)
    known = there | set(vars(builtins)) | {"suppress", "Value", "__file__"}
    refused = set(names.required) - known
    assert error is not None or not refused, source


@FAST
@given(randoms, presence)
def test_with_only_what_was_found_it_does_the_same(seed: int, there: set[str]) -> None:
    source, names = written(seed)
    full, error = run(source, there)
    sent, again = run(source, there & set(names.reads))
    assume(not isinstance(error, TooLong) and not isinstance(again, TooLong))
    assert type(error) is type(again), source
    assert changed(full) == changed(sent), source
    assert set(full) & set(names.reads) == set(sent) & set(names.reads), source


@FAST
@given(randoms, presence)
def test_what_is_bound_or_unbound_is_told(seed: int, there: set[str]) -> None:
    source, names = written(seed)
    namespace, error = run(source, there)
    for name in NAMES:
        if name in changed(namespace):
            assert name in names.assigns, source
        if name in there and name not in namespace:
            assert name in names.deletes, source
    if error is None:
        assert all(name in names.assigns | names.deletes for name in names.certain)


@FAST
@given(randoms, presence)
def test_a_value_that_is_only_discarded_does_not_matter(seed: int, there: set[str]) -> None:
    source, names = written(seed)
    full, error = run(source, there)
    assume(not isinstance(error, TooLong))
    assert not (full.taken & names.discards) - names.deletes, source


@FAST
@given(randoms)
def test_it_agrees_with_the_compiler_about_scopes(seed: int) -> None:
    source, names = written(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = symtable.symtable(source, "<program>", "exec")
    found = set(names.reads) - names.guesses
    of_module, of_classes = look_ups(table)
    untold, blurred = told_otherwise(source)
    assert found <= of_module | of_classes | names.deletes | names.assigns | untold, source
    assert of_module - blurred <= set(names.reads) | names.assigns | names.deletes, source


def told_otherwise(source: str) -> tuple[set[str], set[str]]:
    """Names that are read although a symbol table does not tell, and names that it tells although nothing reads them.

    The first are those of ``+=`` and, from Python 3.12 on, some in comprehensions. The second are annotations of
    local variables and, from 3.12 on, the targets of comprehensions.
    """
    nodes = list(ast.walk(ast.parse(source)))
    read: list[ast.AST] = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
    read += [node for node in nodes if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp))]
    hidden: list[ast.AST] = [node.target for node in nodes if isinstance(node, ast.comprehension)]
    hidden += [node.annotation for node in nodes if isinstance(node, ast.AnnAssign)]
    return names_in(read), names_in(hidden)


def names_in(nodes: list[ast.AST]) -> set[str]:
    return {name.id for node in nodes for name in ast.walk(node) if isinstance(name, ast.Name)}


def look_ups(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Names that the compiler looks up in the module, from any scope, and in class bodies that also bind them."""
    symbols = [symbol for symbol in table.get_symbols() if symbol.is_referenced()]
    outermost = table.get_type() == "module"
    of_module = {symbol.get_name() for symbol in symbols if outermost or symbol.is_global()}
    of_classes = {symbol.get_name() for symbol in symbols if table.get_type() == "class" and symbol.is_local()}
    for child in table.get_children():
        more, in_classes = look_ups(child)
        of_module |= more
        of_classes |= in_classes
    return of_module, of_classes
