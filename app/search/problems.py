"""Problems are called by their names wherever a search shows them."""

from msgspec.structs import replace

from app.engine.client import Engine
from app.problems.service import titles_of
from app.search.results import FacetValue, Found, Results


async def with_problem_names(engine: Engine, results: Results) -> Results:
    """Whoever sees a case may see which problem it is of."""
    listed = results.facets["problem"]
    ids = {one.value for one in listed} | {one.hit.problem or "" for one in results.hits}
    titles = await titles_of(engine, ids - {""})
    if not titles:
        return results
    values = [replace(one, label=titles.get(one.value, one.value)) for one in listed]
    facets: dict[str, list[FacetValue]] = {**results.facets, "problem": values}
    return replace(results, facets=facets, hits=[_named(one, titles) for one in results.hits])


def _named(found: Found, titles: dict[str, str]) -> Found:
    return replace(found, problem_title=titles.get(found.hit.problem or ""))
