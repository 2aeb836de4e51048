package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests with many connections. Clients and server share the process and its descriptors, two for each connection:
/// 8,000 connections fit a limit of 20,000. A build has each model and each style, `-Dfull` each model in each style.
@Tag("slow")
@Timeout(60)
class ManyConnectionsTest {
    private static final int IDLE = 8_000;
    private static final int KEPT_BYTES = 4 << 20;
    private static final int FAILED_BINDS = 1_024;

    static List<ContractCell> cells() {
        List<ContractCell> cells = new ArrayList<>(ContractCell.streams(Model.virtual(), Model.nio()));
        for (Model model : List.of(Model.poll(), Model.epoll(), Model.epollEt())) {
            if (Server.whyNot(model).isEmpty()) {
                cells.addAll(ContractCell.streams(model));
            }
        }
        cells.removeIf(cell -> cell.transport() != EndpointKind.TCP);
        return TestScope.current() == TestScope.FULL
                ? cells
                : CoveringArray.choose(cells, List.of(cell -> cell.model().id(), ContractCell::style), 1);
    }

    private static long heapBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void shouldHoldThousandsOfSilentConnectionsAndReleaseThem(ContractCell cell) throws Exception {
        try (ServerFixture fixture = ServerFixture.start(cell, TestService.greeting(),
                with -> with.options(Options.defaults().withLimits(l -> l.withConnectionsPerAddress(0))))) {
            hold(fixture, 100);
            fixture.awaitOver(100);
            long heapBefore = heapBytes();
            long threadsBefore = ServerThreads.countInUse();
            hold(fixture, IDLE);
            fixture.awaitOver(IDLE);
            // The accept loop releases ended connections at its next turn.
            hold(fixture, 1);
            fixture.awaitOver(1);
            fixture.events.forget();
            assertThat(fixture.server.stats().active()).isZero();
            assertThat(ServerThreads.countInUse()).isLessThanOrEqualTo(threadsBefore + 1);
            // The last threads and coroutines may still be ending.
            Eventually.until("the heap is at its former size", () -> heapBytes() - heapBefore < KEPT_BYTES);
        }
    }

    /// Opens `count` connections, waits until each is served, and closes them.
    private static void hold(ServerFixture fixture, int count) throws IOException, InterruptedException {
        List<java.nio.channels.SocketChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                clients.add(java.nio.channels.SocketChannel.open(fixture.server.address()));
            }
            var greeting = java.nio.ByteBuffer.allocate(8);
            for (var client : clients) {
                while (greeting.hasRemaining() && client.read(greeting) >= 0) {
                    // Until the whole word has arrived.
                }
                assertThat(greeting.flip().remaining()).isEqualTo(8);
                greeting.clear();
            }
            assertThat(fixture.server.stats().active()).isEqualTo(count);
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldLeakNoDescriptorWhenBindingFails() throws Exception {
        try (Server taken = Server.at("tcp://127.0.0.1:0").handle(_ -> {
        }).bind()) {
            Endpoint endpoint = taken.endpoints().getFirst();
            long before = ChurnContractTests.descriptors();
            for (int i = 0; i < FAILED_BINDS; i++) {
                bindAnAddressInUse(endpoint);
            }
            assertThat(ChurnContractTests.descriptors()).isLessThan(before + 10);
        }
    }

    private static void bindAnAddressInUse(Endpoint taken) {
        try (Server server = Server.at(taken).handle(_ -> {
        }).bind()) {
            throw new AssertionError("bound an address in use: " + server);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("in use");
        }
    }
}
