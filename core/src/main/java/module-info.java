/// The Polyserve library: concurrent TCP, UDP and Unix servers, in which how clients are served at once is one word.
@SuppressWarnings("module") // the modules named below are built after this one, or not there at all
module dev.polyserve.core {
    requires static transitive org.jspecify;
    requires transitive dev.polyserve.coroutine;
    requires jdk.jfr;
    requires jdk.net; // how often a silent connection is probed

    exports dev.polyserve;
    exports dev.polyserve.pool;
    exports dev.polyserve.relay;
    // For models of other modules, the load generator and the test kit; not a part of the public interface.
    exports dev.polyserve.conversation to dev.polyserve.conformance, dev.polyserve.linux;
    exports dev.polyserve.file to dev.polyserve.admin, dev.polyserve.bench, dev.polyserve.cli, dev.polyserve.linux;
    exports dev.polyserve.io
            to dev.polyserve.admin, dev.polyserve.bench, dev.polyserve.cli, dev.polyserve.conformance,
            dev.polyserve.linux;
    exports dev.polyserve.jfr to dev.polyserve.linux;
    exports dev.polyserve.loop to dev.polyserve.bench, dev.polyserve.linux;
    exports dev.polyserve.proxy to dev.polyserve.cli, dev.polyserve.linux;
    exports dev.polyserve.record to dev.polyserve.lab, dev.polyserve.linux;
    exports dev.polyserve.run to dev.polyserve.linux;
    exports dev.polyserve.spi to dev.polyserve.bench, dev.polyserve.cli, dev.polyserve.conformance, dev.polyserve.linux;
    exports dev.polyserve.tls to dev.polyserve.cli, dev.polyserve.linux;
    exports dev.polyserve.stats to dev.polyserve.linux;
    exports dev.polyserve.text to dev.polyserve.admin, dev.polyserve.cli, dev.polyserve.lab, dev.polyserve.linux;

    uses dev.polyserve.spi.ServerProvider;
    uses dev.polyserve.run.ModelProvider;

    provides dev.polyserve.spi.ServerProvider with dev.polyserve.run.DefaultServerProvider;
}
