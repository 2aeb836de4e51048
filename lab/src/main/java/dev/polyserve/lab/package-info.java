/// The lab: it starts servers of several models, each in processes of its own, has the same clients talk to all of them at the
/// same time, and records what both sides do.
///
/// **Threads**: any calls [dev.polyserve.lab.Lab]; each run has a few virtual threads.
///
/// **Depends on** the packages below it, the examples of the models, the accept queue of `admin`, and the processes of `bench`.
@NullMarked
package dev.polyserve.lab;

import org.jspecify.annotations.NullMarked;
