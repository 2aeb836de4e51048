/// The handler contract as tests that every model passes, and a test kit for handlers that needs no sockets.
module dev.polyserve.conformance {
    requires transitive dev.polyserve.core;
    requires dev.polyserve.coroutine;
    requires transitive org.junit.jupiter.api;
    requires transitive org.junit.jupiter.params;
    requires static transitive org.jspecify;
    requires java.management;
    requires org.opentest4j;

    exports dev.polyserve.conformance;
}
