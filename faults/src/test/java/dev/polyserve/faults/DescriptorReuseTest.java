package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conformance.TestScope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The kernel reuses the number of a closed descriptor at once. Bytes of the old connection must not reach the new one.
@Timeout(60)
class DescriptorReuseTest {
    private static final int VERIFYING = 16;
    private static final int ABORTING = 2;
    private static final int ABORTS = 500;
    private static final int EXCHANGES = 10;
    private static final int LONGEST_BYTES = 3000;
    private static final int LAST_SECONDS = 50;

    /// The event loops of a usual build: one of each kind, and `poll`, which has a table of descriptor numbers of its own.
    private static final List<Mode> USUAL = List.of(new Mode("nio", Mode.Style.PROTOCOL),
            new Mode("poll", Mode.Style.PROTOCOL), new Mode("epoll", Mode.Style.HANDLER),
            new Mode("epoll-et", Mode.Style.PROTOCOL),
            new Mode("io_uring", Mode.Style.PROTOCOL));

    static List<Mode> modes() {
        return TestScope.current() == TestScope.FULL
                ? Stream.concat(Mode.linuxLoops().stream(), USUAL.stream()).distinct().toList()
                : USUAL;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modes")
    void everyClientReceivesItsOwnBytesWhileOthersAbort(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            var stillAborting = new AtomicInteger(ABORTING);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Void>> clients = new ArrayList<>();
                for (int i = 0; i < ABORTING; i++) {
                    clients.add(() -> abortAgainAndAgain(server, stillAborting));
                }
                for (int i = 0; i < VERIFYING; i++) {
                    Random random = new Random(i);
                    clients.add(() -> verifyAsLongAs(server, stillAborting, random));
                }
                for (Future<Void> client : clients.stream().map(threads::submit).toList()) {
                    client.get(LAST_SECONDS, TimeUnit.SECONDS);
                }
            }
            assertThat(server.count("failed")).isZero();
        });
    }

    private static Void abortAgainAndAgain(ServerProcess server, AtomicInteger stillAborting) throws IOException {
        try {
            byte[] neverRead = new byte[LONGEST_BYTES];
            for (int i = 0; i < ABORTS; i++) {
                Client client = Client.of(server);
                client.send(neverRead);
                client.reset();
            }
        } finally {
            stillAborting.decrementAndGet();
        }
        return null;
    }

    private static Void verifyAsLongAs(ServerProcess server, AtomicInteger stillAborting, Random random)
            throws IOException {
        do {
            try (Client client = Client.of(server)) {
                for (int i = 0; i < EXCHANGES; i++) {
                    byte[] own = new byte[1 + random.nextInt(LONGEST_BYTES)];
                    random.nextBytes(own);
                    client.send(own);
                    assertThat(client.read(own.length)).isEqualTo(own);
                }
            }
        } while (stillAborting.get() > 0);
        return null;
    }
}
