"""The tree: nodes and edges as values, and the resolver that builds the ideal tree.

`build_ideal_tree(request)` is a generator. It never fetches: it yields an ask, is sent the answer,
and returns an `IdealTree`; where the outside has an error instead, the `ZipperError` is thrown in:

    steps = build_ideal_tree(request)
    answer = None
    while True:
        try:
            ask = steps.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = ...                    # or: ask = steps.throw(error)

There are four requests (`resolver_requests`); each may name packuments that it will
probably need next. The answers decide the result, never the time at which they come.
tests/support/resolving.py is a whole driver.

Nothing is imported here: a build from a lockfile needs `model` and `select` only.

    zipper.tree.ideal_tree         build_ideal_tree(request) -> a generator of requests, which
                                   returns an IdealTree
    zipper.tree.resolver_options   IdealTreeRequest, ResolveOptions, Platform, IdealTree
    zipper.tree.resolver_requests  PackumentRequest, ManifestRequest, DirectoryRequest,
                                   InnerManifests, FetchedManifest
    zipper.tree.select             select(tree, target=..., omit=...) -> Tree
    zipper.tree.why                explain(tree, name) -> the chains, why there are several copies

Reading order: `model` (frozen values), `draft` and `draft_edge` (the tree in the making),
`can_place` and `place`, `peers`, `worklist`, `freeze`; then `select` and `why`, which work on
frozen trees from a lockfile as well.
"""
