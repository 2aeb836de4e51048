package dev.polyserve.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A control group for one server, which limits its number of threads.
///
/// **Thread**: the test's.
final class ControlGroup implements AutoCloseable {
    private final Path directory;
    private final Path parent;

    private ControlGroup(Path parent, Path directory) {
        this.parent = parent;
        this.directory = directory;
    }

    /// Moves the server into a new group.
    static ControlGroup around(ServerProcess server) throws IOException {
        // Version 1 has a hierarchy for this controller. Version 2 has one for all, where children of the root may have
        // it.
        Path parent = Stream.of("/sys/fs/cgroup/pids", "/sys/fs/cgroup").map(Path::of)
                .filter(root -> Files.isWritable(root) && Files.isWritable(root.resolve("cgroup.procs"))).findFirst()
                .orElse(null);
        assumeTrue(parent != null, "needs a writable control group hierarchy, to limit threads");
        if (parent == null) {
            throw new IllegalStateException("assumed above");
        }
        var group = new ControlGroup(parent,
                Files.createDirectory(parent.resolve("polyserve-faults-" + server.pid())));
        try {
            assumeTrue(Files.exists(group.directory.resolve("pids.max")),
                    "needs the pids controller in the control group hierarchy");
            Files.writeString(group.directory.resolve("cgroup.procs"), Long.toString(server.pid()));
            return group;
        } catch (IOException | RuntimeException | Error e) {
            group.close();
            throw e;
        }
    }

    /// Allows this many threads more than the present number.
    void allowMoreThreads(int count) throws IOException {
        int now = Integer.parseInt(Files.readString(directory.resolve("pids.current")).strip());
        Files.writeString(directory.resolve("pids.max"), Integer.toString(now + count));
    }

    void allowAll() throws IOException {
        Files.writeString(directory.resolve("pids.max"), "max");
    }

    /// Moves the remaining processes back, because only an empty group can be removed.
    @Override
    public void close() throws IOException {
        for (String pid : Files.readAllLines(directory.resolve("cgroup.procs"))) {
            Files.writeString(parent.resolve("cgroup.procs"), pid);
        }
        Files.delete(directory);
    }
}
