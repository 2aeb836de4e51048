/// The lab: servers of several models serve the same clients, side by side, and are recorded.
@SuppressWarnings({"requires-automatic", "module"}) // the command line is compiled after this one
module dev.polyserve.lab {
    requires dev.polyserve.admin;
    requires dev.polyserve.bench;
    requires dev.polyserve.core;
    requires dev.polyserve.coroutine;
    requires dev.polyserve.examples;
    requires dev.polyserve.linux;
    requires jdk.httpserver;
    requires tools.jackson.databind;
    requires static org.jspecify;

    // For the command line; not a part of the interface.
    exports dev.polyserve.lab to dev.polyserve.cli;
    exports dev.polyserve.lab.page to dev.polyserve.cli;
}
