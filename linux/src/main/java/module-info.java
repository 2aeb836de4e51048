/// Event loops over the system calls of Linux, as models for `dev.polyserve.core`, which finds them by itself.
module dev.polyserve.linux {
    requires dev.polyserve.core;
    requires static org.jspecify;

    provides dev.polyserve.run.ModelProvider with dev.polyserve.linux.LinuxModels;
}
