package dev.polyserve.lab;

import dev.polyserve.lab.client.LabClientRole;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// What the clients of a run do. The id is its name in a request and in a recording.
///
/// **Thread**: any.
@SuppressWarnings("ImmutableEnumChecker") // nothing can change the set
public enum LabWorkload {
    /// All talk.
    TALKERS("talkers", 10, 0, LabClientRole.TALKER, Set.of("iterative", "thread", "thread-pool", "virtual", "nio")),
    /// One asks for computing, the others talk.
    COMPUTE("compute", 10, 1, LabClientRole.COMPUTING,
            Set.of("epoll", "epoll-et", "io_uring", "nio", "poll", "select")),
    /// Four ask the handler to sleep, the others talk.
    SLEEP("sleep", 10, 4, LabClientRole.SLEEPING, Set.of("thread-pool", "iterative", "virtual")),
    /// Two ask for much and read it slowly, the others talk.
    SLOW("slow", 10, 2, LabClientRole.SLOW, Set.of("epoll-et", "thread")),
    /// One talks, the others come all at once, again and again.
    BURST("burst", 10, 9, LabClientRole.BURST, Set.of("thread", "process-pool")),
    /// One ends the process that serves it, the others talk.
    CRASH("crash", 10, 1, LabClientRole.CRASHING, Set.of("process", "process-pool", "thread")),
    /// All are silent.
    IDLE("idle", 10, 10, LabClientRole.SILENT, Set.of("polling", "select", "poll")),
    /// All are silent, and their connections have the descriptors around 1,024.
    DESCRIPTORS("descriptors", 12, 12, LabClientRole.SILENT, Set.of("select"));

    /// So that the sixth connection has number 1,023, the last that `select` can watch.
    private static final int FIRST_DESCRIPTOR = 1_018;

    private final String id;
    private final int clients;
    private final int special;
    private final LabClientRole role;
    private final Set<String> models;

    LabWorkload(String id, int clients, int special, LabClientRole role, Set<String> models) {
        this.id = id;
        this.clients = clients;
        this.special = special;
        this.role = role;
        this.models = models;
    }

    /// Its name.
    public String id() {
        return id;
    }

    /// How many clients show it well.
    int clients() {
        return clients;
    }

    /// Whether it shows what this model is good or bad at.
    boolean suits(String model) {
        return models.contains(model);
    }

    /// The workload of this name.
    static Optional<LabWorkload> named(String id) {
        return Arrays.stream(values()).filter(one -> one.id.equals(id)).findFirst();
    }

    /// The roles of so many clients: those with the special role come first, except in a burst.
    List<LabClientRole> roles(int count) {
        boolean last = this == BURST;
        Predicate<Integer> isSpecial = special == 0
                ? _ -> false
                : special >= clients
                        ? _ -> true
                        : last ? client -> client > 0 : client -> client < special;
        return IntStream.range(0, count).boxed()
                .map(client -> isSpecial.test(client) ? role : LabClientRole.TALKER).toList();
    }

    /// Up to which number the descriptors of a server are in use before its clients come; 0: as it happens.
    int openFiles() {
        return this == DESCRIPTORS ? FIRST_DESCRIPTOR : 0;
    }
}
