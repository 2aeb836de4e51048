/// One runner per model, the acceptor, and the server's life cycle.
///
/// [dev.polyserve.run.Runners] creates the runner of each model in one exhaustive switch; no other code branches on
/// what runs a model's handlers. [dev.polyserve.run.Acceptor] is the only place that accepts. [dev.polyserve.run.DefaultServer] is the life
/// cycle.
///
/// **Threads**: each class documents its own; the acceptors run on the accept loop.
///
/// **Depends on** everything else in `core`.
@NullMarked
package dev.polyserve.run;

import org.jspecify.annotations.NullMarked;
