/// Coroutines on virtual threads: generators, greenlets, a hub of tasks, and the carrier threads that they run on.
module dev.polyserve.coroutine {
    requires static transitive org.jspecify;

    exports dev.polyserve.coroutine;
    exports dev.polyserve.coroutine.carrier;
    exports dev.polyserve.coroutine.hub;
}
