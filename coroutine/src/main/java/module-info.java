/// Coroutines on virtual threads: generators, greenlets, a hub of tasks, and the carrier threads that they run on.
@SuppressWarnings("module") // the modules named below are built after this one
module dev.polyserve.coroutine {
    requires static transitive org.jspecify;

    exports dev.polyserve.coroutine;
    exports dev.polyserve.coroutine.carrier;
    exports dev.polyserve.coroutine.hub;
    // For event loops; not a part of the public interface.
    exports dev.polyserve.coroutine.queue to dev.polyserve.core, dev.polyserve.linux;
}
