package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 54: datagrams that cannot be answered, have the maximum length, or are too long. The Python clients send the
/// empty datagram, because the JDK's client cannot.
@Timeout(60)
class DatagramErrorsTest {
    private static final int LONGEST_BYTES = 65_507;
    private static final int LIMIT_BYTES = 1000;
    private static final int GONE_PEERS = 50;
    private static final int FAILURES = 3;

    private static Settings echo(Mode mode) {
        return Settings.of(mode).with("listen", "udp://127.0.0.1:0");
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MODELS)
    void everyLengthIsAnsweredExactly(Mode mode) throws Exception {
        echo(mode).test(server -> {
            try (DatagramSocket client = client(server)) {
                for (int length : new int[]{1, 1472, 1473, LONGEST_BYTES}) {
                    byte[] payload = new byte[length];
                    new Random(length).nextBytes(payload);
                    assertThat(exchange(client, payload)).as("%d bytes", length).isEqualTo(payload);
                }
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MODELS)
    void aLongDatagramIsTruncatedAndCounted(Mode mode) throws Exception {
        echo(mode).with("datagram", LIMIT_BYTES).test(server -> {
            try (DatagramSocket client = client(server)) {
                byte[] payload = new byte[LIMIT_BYTES + 500];
                Arrays.fill(payload, (byte) 'x');
                assertThat(exchange(client, payload)).isEqualTo(Arrays.copyOf(payload, LIMIT_BYTES));
                assertThat(exchange(client, new byte[LIMIT_BYTES])).hasSize(LIMIT_BYTES);
                assertThat(server.count("DATAGRAM")).isEqualTo(1);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MODELS)
    void closedPeersAffectNoOther(Mode mode) throws Exception {
        echo(mode).test(server -> {
            try (DatagramSocket staying = client(server)) {
                for (int i = 0; i < GONE_PEERS; i++) {
                    try (DatagramSocket gone = client(server)) {
                        gone.send(new DatagramPacket(new byte[10], 10));
                    }
                    assertThat(exchange(staying, new byte[]{(byte) i})).containsExactly(i);
                }
                assertThat(server.count("acceptErrors")).isZero();
                assertThat(server.count("datagramsIn")).isEqualTo(2L * GONE_PEERS);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MODELS)
    void aReplyThatTheSystemRefusesIsCountedAndTheNextIsSent(Mode mode) throws Exception {
        echo(mode).test(server -> {
            long refused = 0;
            for (String error : new String[]{"ENOBUFS", "EPERM", "EAGAIN"}) {
                try (DatagramSocket client = client(server)) {
                    try (SystemCallInjection _ = SystemCallInjection.of(server, "sendto,sendmmsg", error, "1+")) {
                        for (int i = 0; i < FAILURES; i++) {
                            client.send(new DatagramPacket(new byte[1], 1));
                        }
                        refused += FAILURES;
                        long expected = refused;
                        Eventually.holds(() -> assertThat(server.count("failed")).as(error).isEqualTo(expected));
                    }
                    assertThat(exchange(client, new byte[]{42})).containsExactly(42);
                }
            }
        });
    }

    private static DatagramSocket client(ServerProcess server) throws IOException {
        DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        client.connect(server.address());
        client.setSoTimeout(5000);
        return client;
    }

    private static byte[] exchange(DatagramSocket client, byte[] payload) throws IOException {
        client.send(new DatagramPacket(payload, payload.length));
        DatagramPacket answer = new DatagramPacket(new byte[LONGEST_BYTES], LONGEST_BYTES);
        try {
            client.receive(answer);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer to " + payload.length + " bytes", e);
        }
        return Arrays.copyOf(answer.getData(), answer.getLength());
    }
}
