package dev.polyserve.cli.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.proxy.ReverseProxyOptions;
import dev.polyserve.cli.proxy.Upstreams;
import dev.polyserve.cli.text.AsyncLineWriter;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Decides which datagrams are answered.
class SpoofedDatagramFilterTest {
    private final AtomicInteger answered = new AtomicInteger();

    private record Question(SocketAddress peer, SocketAddress local, ByteBuffer payload, boolean truncated)
            implements
                Datagram {}

    private int answers(SpoofedDatagramFilter guard, String address, int port) throws Exception {
        int before = answered.get();
        Question question = new Question(new InetSocketAddress(InetAddress.ofLiteral(address), port),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), ByteBuffer.allocate(1), false);
        if (guard.verify(question)) {
            guard.handle(question, new NoReply());
        }
        return answered.get() - before;
    }

    private static ServiceContext context(Server server) {
        return context(server, new DatagramRateLimit(1, 1));
    }

    private static ServiceContext context(Server server, DatagramRateLimit rate) {
        AsyncLineWriter nowhere = new AsyncLineWriter(new PrintStream(OutputStream.nullOutputStream()), "test", 1,
                _ -> "");
        return new ServiceContext(List.of(), InputStream.nullInputStream(), nowhere, false, rate, () -> server,
                new ExecOptions(List.of(), ExecOptions.Stdio.PIPE), new Upstreams(ReverseProxyOptions.NONE), true,
                CompletableFuture.completedFuture(null));
    }

    @Test
    void portsOfThisServerAreNotAnswered() throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").listen("udp://127.0.0.1:0")
                .datagrams((_, _) -> {}).bind()) {
            SpoofedDatagramFilter guard = SpoofedDatagramFilter.echoing((_, _) -> answered.incrementAndGet(),
                    context(server));
            for (Endpoint endpoint : server.endpoints()) {
                int own = ((Endpoint.Udp) endpoint).port();
                assertThat(answers(guard, "127.0.0.1", own)).isZero();
                assertThat(answers(guard, "192.0.2.1", own)).as("a service like ours elsewhere").isZero();
            }
            assertThat(answers(guard, "192.0.2.1", 1023)).isZero();
            assertThat(answers(guard, "192.0.2.1", 5000)).isOne();
        }
    }

    @Test
    void aLoopWithAnotherServiceEnds() throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").datagrams((_, _) -> {}).bind()) {
            SpoofedDatagramFilter guard = SpoofedDatagramFilter.echoing((_, _) -> answered.incrementAndGet(),
                    context(server));
            int rounds = 0;
            while (rounds < 1_000 && answers(guard, "192.0.2.1", 5000) == 1) {
                rounds++;
            }
            assertThat(rounds).as("answers until one is dropped, and the loop with it").isBetween(100, 200);
            SpoofedDatagramFilter amplifying = SpoofedDatagramFilter.amplifying((_, _) -> answered.incrementAndGet(),
                    context(server));
            assertThat(answers(amplifying, "192.0.2.1", 5000)).as("another machine").isZero();
            assertThat(answers(amplifying, "127.0.0.1", 5000)).isOne();
        }
    }

    @Test
    void aHighRateAllowsMoreAtOnce() throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").datagrams((_, _) -> {}).bind()) {
            SpoofedDatagramFilter guard = SpoofedDatagramFilter.echoing((_, _) -> answered.incrementAndGet(),
                    context(server, new DatagramRateLimit(Integer.MAX_VALUE / 10, 1)));
            for (int i = 0; i < 1_000; i++) {
                assertThat(answers(guard, "192.0.2.1", 5000)).isOne();
            }
        }
    }

    /// Four processes that receive at one socket: whichever has a datagram, all of them together answer a source no more often.
    @Test
    void processesShareTheRateOfASource() throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").datagrams((_, _) -> {}).bind()) {
            int all = 0;
            for (int process = 0; process < 4; process++) {
                SpoofedDatagramFilter guard = SpoofedDatagramFilter.echoing((_, _) -> answered.incrementAndGet(),
                        context(server, new DatagramRateLimit(1, 4)));
                for (int i = 0; i < 100; i++) {
                    all += answers(guard, "192.0.2.1", 5000);
                }
            }
            assertThat(all).as("a hundred, and those whose time has come meanwhile").isBetween(100, 150);
        }
    }

    private static final class NoReply implements DatagramReply {
        @Override
        public void write(ByteBuffer bytes) {}

        @Override
        public void writeEmpty() {}
    }
}
