package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.HubOptions;
import dev.polyserve.coroutine.hub.Task;
import dev.polyserve.examples.coroutine.GeneratorPingPong;
import dev.polyserve.examples.coroutine.GreenletPingPong;
import dev.polyserve.examples.coroutine.HubSocketEcho;
import dev.polyserve.examples.coroutine.PortForwarder;
import dev.polyserve.examples.coroutine.ThreeCounters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The coroutines of the tutorials with their output, and the two servers under load.
class CoroutineExamplesTest {
    private static final int CLIENTS = 1_000;
    /// Longer than any operation takes that works.
    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void aGeneratorAndItsConsumerTakeTurns() {
        var printed = new ArrayList<String>();
        GeneratorPingPong.play(3, printed::add);
        assertThat(printed).containsExactly("----B---", "----A---", "----B---", "----A---", "----B---", "----A---");
    }

    @Test
    void greenletsSwitchToEachOther() {
        var printed = new ArrayList<String>();
        GreenletPingPong.play(3, printed::add);
        assertThat(printed).containsExactly("---A--", "---B--", "---A--", "---B--", "---A--", "---B--");
    }

    @Test
    void threeCountersRunAtOnce() throws Exception {
        var printed = new ArrayList<String>();
        ThreeCounters.count(3, Duration.ofMillis(20), printed::add);
        assertThat(printed).containsExactlyInAnyOrder("task g1 0", "task g2 0", "task g3 0", "task g1 1", "task g2 1",
                "task g3 1", "task g1 2", "task g2 2", "task g3 2");
        assertThat(printed.subList(0, 3)).as("the first number of each task").containsExactly("task g1 0", "task g2 0",
                "task g3 0");
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void theEchoServerServesAThousandAtOnce() throws Exception {
        try (Hub hub = Hub.open(HubOptions.defaults().withStallLimit(Duration.ofSeconds(30)))) {
            var port = new CompletableFuture<Integer>();
            Task<?> serving = hub.spawn(() -> HubSocketEcho.serve(hub, 0, port::complete));
            load(port.get(60, TimeUnit.SECONDS));
            assertThat(serving.kill(LONG)).isTrue();
            assertThat(serving.isKilled()).isTrue();
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void thePortForwarderServesAThousandAtOnceAndDrains() throws Exception {
        try (Hub hub = Hub.open(HubOptions.defaults().withStallLimit(Duration.ofSeconds(30)))) {
            var target = new CompletableFuture<Integer>();
            Task<?> serving = hub.spawn(() -> HubSocketEcho.serve(hub, 0, target::complete));
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), target.get(60, TimeUnit.SECONDS));
            var port = new CompletableFuture<Integer>();
            Task<?> forwarding = hub.spawn(() -> PortForwarder.forward(hub, 0, address, LONG, port::complete));
            load(port.get(60, TimeUnit.SECONDS));
            try (var client = new Socket(InetAddress.getLoopbackAddress(), port.get())) {
                talk(client, "before");
                forwarding.kill();
                talk(client, "while it drains");
                client.shutdownOutput();
                assertThat(client.getInputStream().read()).isNegative();
            }
            assertThat(forwarding.join(LONG)).isTrue();
            assertThat(forwarding.error()).isEmpty();
            serving.kill(LONG);
        }
    }

    /// Connects all clients before the first one ends.
    private static void load(int port) throws Exception {
        var connected = new CountDownLatch(CLIENTS);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                ends.add(clients.submit(() -> {
                    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        talk(client, "client " + number);
                        connected.countDown();
                        connected.await();
                        talk(client, "again " + number);
                        client.shutdownOutput();
                        assertThat(client.getInputStream().read()).isNegative();
                    }
                    return number;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }
    }

    private static void talk(Socket client, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        client.setSoTimeout((int) LONG.toMillis());
        client.getOutputStream().write(bytes);
        assertThat(client.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    }
}
