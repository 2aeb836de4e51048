/// Event loops over the system calls of Linux, as models for `dev.polyserve.core`, which finds them by itself.
@SuppressWarnings("module") // that one is compiled after this one
module dev.polyserve.linux {
    requires transitive dev.polyserve.core;
    requires static org.jspecify;

    exports dev.polyserve.linux.activation;

    // For the command line; not a part of the library's interface.
    exports dev.polyserve.linux to dev.polyserve.cli;
    exports dev.polyserve.linux.process to dev.polyserve.cli;
    exports dev.polyserve.linux.restart to dev.polyserve.cli;
    exports dev.polyserve.linux.worker to dev.polyserve.cli;
    // For the count of system calls.
    exports dev.polyserve.linux.system to dev.polyserve.lab;

    provides dev.polyserve.run.ModelProvider with dev.polyserve.linux.LinuxModelProvider;
}
