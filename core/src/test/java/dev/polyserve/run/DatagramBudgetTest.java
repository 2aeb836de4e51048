package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Datagrams with a waiting handler count against the buffer budget, requests and replies alike.
@Timeout(30)
class DatagramBudgetTest {
    private static final int DATAGRAM_BYTES = 4 << 10;
    private static final int MANY = 40;
    private static final long BUDGET_BYTES = 100_000;

    static List<Model> models() {
        return List.of(Model.thread(), Model.virtual());
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldReceiveNoMoreThanTheBudgetHolds(Model model) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        CountDownLatch released = new CountDownLatch(1);
        try (Server server = Server.at("udp://127.0.0.1:0").model(model)
                .options(options -> options.withLimits(limits -> limits.withBufferBytes(64 << 10, BUDGET_BYTES)
                        .withDatagramBytes(2 * DATAGRAM_BYTES)))
                .datagrams((request, reply) -> {
                    inside.incrementAndGet();
                    reply.write(request.payload());
                    released.await();
                }).start(); DatagramSocket client = new DatagramSocket()) {
            client.connect(InetAddress.getLoopbackAddress(), server.port());
            for (int i = 0; i < MANY; i++) {
                client.send(new DatagramPacket(new byte[DATAGRAM_BYTES], DATAGRAM_BYTES));
            }
            while (!server.stats().reached().containsKey(Limit.BUFFER_TOTAL) || inside.get() == 0) {
                Thread.sleep(1);
            }
            assertThat(server.stats().bufferedBytes()).isBetween(1L, BUDGET_BYTES);
            assertThat((long) inside.get() * DATAGRAM_BYTES).isBetween(1L, BUDGET_BYTES);
            released.countDown();
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            client.receive(new DatagramPacket(new byte[DATAGRAM_BYTES], DATAGRAM_BYTES));
            while (server.stats().bufferedBytes() > 0) {
                Thread.sleep(1);
            }
        }
    }
}
