/// An HTTP endpoint that shows what a server does, and controls it.
@SuppressWarnings({"requires-automatic", "module"}) // the command line is compiled after this one
module dev.polyserve.admin {
    requires transitive dev.polyserve.core;
    requires dev.polyserve.metrics;
    requires jdk.httpserver;
    requires jdk.net;
    requires static transitive org.jspecify;

    exports dev.polyserve.admin;
    // Not a part of the interface.
    exports dev.polyserve.admin.http to dev.polyserve.lab;
    exports dev.polyserve.admin.status to dev.polyserve.cli, dev.polyserve.lab;
}
