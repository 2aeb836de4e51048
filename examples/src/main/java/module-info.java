/// Small programs, and the models explained.
@SuppressWarnings("module") // the lab is compiled after this one
module dev.polyserve.examples {
    requires dev.polyserve.core;
    requires dev.polyserve.coroutine;
    requires static org.jspecify;

    // For the lab.
    exports dev.polyserve.examples.models to dev.polyserve.lab;
}
