package dev.polyserve.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Server;
import dev.polyserve.bench.service.FixedCpuWork;
import dev.polyserve.bench.service.EchoHandler;
import dev.polyserve.bench.service.SimulatedWorkRequest;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Servers that lose, change, reorder or invent bytes are detected; one sentence says where.
@Timeout(60)
class WrongServersTest {
    private static final int REQUEST_BYTES = 64;
    private static final LoadProfile EXCHANGES = new LoadProfile.Exchanges(REQUEST_BYTES);
    private static final LoadProfile CHURN = new LoadProfile.Churn(REQUEST_BYTES);

    /// Loads a server with a handler that makes an error in one of the first requests.
    private static void requireCaught(Handler handler, LoadProfile traffic, String... words) throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").handle(handler).start()) {
            requireCaught(server, traffic, words);
        }
    }

    private static void requireCaught(Server server, LoadProfile traffic, String... words) {
        assertThatThrownBy(() -> {
            Endpoint endpoint = server.endpoints().getFirst();
            try (LoadGenerator load = LoadGenerator.open(new LoadGenerator.Plan(endpoint, traffic, 2, 1, true))) {
                load.begin(new RequestPacing.Closed(4), Duration.ZERO, Duration.ofSeconds(20)).await();
            }
        }).isInstanceOf(MeasurementException.class).message().contains(words);
    }

    private static byte[] request(Connection connection) throws Exception {
        return connection.readExactly(REQUEST_BYTES);
    }

    private static void changed(Connection connection) throws Exception {
        connection.write(request(connection));
        byte[] second = request(connection);
        second[10] ^= 1;
        connection.write(second);
        new EchoHandler().handle(connection);
    }

    @Test
    void aChangedByte() throws Exception {
        requireCaught(WrongServersTest::changed, EXCHANGES, "connection", "byte 74 of the replies is ");
    }

    @Test
    void aMissingByte() throws Exception {
        requireCaught(connection -> {
            byte[] first = request(connection);
            connection.write(first, 0, REQUEST_BYTES - 1);
            new EchoHandler().handle(connection);
        }, EXCHANGES, "byte 63 of the replies is ");
    }

    @Test
    void aMissingReply() throws Exception {
        requireCaught(connection -> {
            request(connection);
            new EchoHandler().handle(connection);
        }, EXCHANGES, "byte 0 of the replies is ");
    }

    @Test
    void repliesInAnotherOrder() throws Exception {
        requireCaught(connection -> {
            byte[] first = request(connection);
            connection.write(request(connection));
            connection.write(first);
            new EchoHandler().handle(connection);
        }, EXCHANGES, "byte 0 of the replies is ");
    }

    @Test
    void aReplyToNoRequest() throws Exception {
        requireCaught(connection -> {
            byte[] request = request(connection);
            connection.write(request);
            connection.write(connection.readExactly(3 * REQUEST_BYTES));
            connection.write(new byte[1 << 20]);
            connection.flush();
            request(connection);
        }, EXCHANGES, "connection");
    }

    @Test
    void anEndWithinAReply() throws Exception {
        requireCaught(connection -> connection.write(request(connection)), EXCHANGES, "connection",
                "replies outstanding");
    }

    @Test
    void churnWithAChangedByte() throws Exception {
        requireCaught(connection -> {
            byte[] request = request(connection);
            request[REQUEST_BYTES - 1] ^= 1;
            connection.write(request);
        }, CHURN, "client", "received a wrong byte");
    }

    @Test
    void churnThatEndsEarly() throws Exception {
        requireCaught(connection -> connection.write(request(connection), 0, 10), CHURN,
                "before the reply was complete");
    }

    @Test
    void aServerThatComputesTooLittle() throws Exception {
        var work = new LoadProfile.Work(REQUEST_BYTES, 0, 1_000);
        requireCaught(connection -> {
            byte[] request = request(connection);
            long value = ByteBuffer.wrap(request).getLong(SimulatedWorkRequest.VALUE_AT);
            ByteBuffer.wrap(request).putLong(SimulatedWorkRequest.VALUE_AT, FixedCpuWork.end(value, 999));
            connection.write(request);
        }, work, "connection", "byte 16 of the replies is ");
        requireCaught(new EchoHandler(), work, "connection", "byte 16 of the replies is ");
    }

    @Test
    void aServerThatDoesNotBroadcast() throws Exception {
        requireCaught(Connection::readByte, new LoadProfile.Broadcast(REQUEST_BYTES), "does not broadcast");
    }

    @Test
    void aChangedDatagram() throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").datagrams((request, reply) -> {
            ByteBuffer changed = ByteBuffer.allocate(request.payload().remaining()).put(request.payload()).flip();
            changed.put(20, (byte) ~changed.get(20));
            reply.write(changed);
        }).start()) {
            requireCaught(server, new LoadProfile.Datagrams(REQUEST_BYTES), "was changed");
        }
    }

    @Test
    void aShorterDatagram() throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").datagrams((request, reply) -> reply
                .write(request.payload().slice(0, 10))).start()) {
            requireCaught(server, new LoadProfile.Datagrams(REQUEST_BYTES), "10 bytes instead of 64");
        }
    }

    @Test
    void unansweredDatagramsCountAsLost() throws Exception {
        int[] count = {0};
        try (Server server = Server.at("udp://127.0.0.1:0").datagrams((request, reply) -> {
            if (++count[0] % 2 == 0) {
                reply.write(request.payload());
            }
        }).start();
                LoadGenerator load = LoadGenerator.open(new LoadGenerator.Plan(server.endpoints().getFirst(),
                        new LoadProfile.Datagrams(REQUEST_BYTES), 1, 1, true))) {
            LoadRunResult recording = load.begin(new RequestPacing.Open(500), Duration.ZERO, Duration.ofMillis(200))
                    .await();
            assertThat(recording.lost()).as("lost").isBetween(40L, 60L);
            assertThat(recording.answered() + recording.lost()).as("sent").isBetween(95L, 105L);
        }
    }

    @Test
    void noServerListens() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(
                () -> LoadGenerator
                        .open(new LoadGenerator.Plan(Endpoint.parse("tcp://127.0.0.1:" + port), EXCHANGES, 2, 1, true)))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("cannot connect to tcp://127.0.0.1:" + port);
    }

    @Test
    void moreConnectionsThanDescriptors() {
        assertThatThrownBy(
                () -> LoadGenerator.open(
                        new LoadGenerator.Plan(Endpoint.parse("tcp://127.0.0.1:1"), EXCHANGES, 100_000_000, 1, true)))
                .isInstanceOf(MeasurementException.class)
                .hasMessageMatching(
                        "too few descriptors for 100000000 connections: the limit of this process is \\d+.*");
    }
}
