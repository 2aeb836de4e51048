/// Coroutines on virtual threads: generators, greenlets, a hub of tasks, and the class that lends a thread as their carrier.
module dev.polyserve.coroutine {
    requires static transitive org.jspecify;

    exports dev.polyserve.coroutine;
}
