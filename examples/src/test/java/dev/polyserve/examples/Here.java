package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.util.stream.Stream;

/// What can be served from within a test.
final class Here {
    private Here() {}

    /// The models that this machine can run without worker processes: those would run the program of the tests again.
    static Stream<Model> models() {
        return Model.all().stream().filter(model -> Server.whyNot(model).isEmpty() && switch (model) {
            case Model.ProcessPerConnection _, Model.ProcessPool _ -> false;
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.Nio _, Model.Polling _, Model.Select _, Model.Poll _, Model.Epoll _, Model.IoUring _ ->
                true;
        });
    }
}
