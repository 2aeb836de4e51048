package dev.polyserve.linux.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Served;
import dev.polyserve.linux.system.DescriptorMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every message arrives as it was sent; a damaged packet is an error and nothing else.
class MessageTest {
    private static final InetSocketAddress V4 = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 65_535);
    private static final InetSocketAddress V6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
    private static final UnixDomainSocketAddress UNIX = UnixDomainSocketAddress.of("/run/ä b");
    private static final Failure FAILURE = new Failure("java.lang.Error: ü", "ü",
            List.of(new Failure.Frame("a.B", "c", "B.java", 7), new Failure.Frame("a.B$D", "<init>", "null", -2)));

    static Stream<Message> messages() {
        return Stream.concat(orders(), reports());
    }

    private static Stream<Message> orders() {
        return Stream.of(
                new Order.Serve(true, List.of(new Order.Slot("tcp://*:0", "tcp://*:80"),
                        new Order.Slot("unix:/ü", "unix:/ü")), 10_000),
                new Order.Serve(false, List.of(), 1), new Order.Accept(true), new Order.Accept(false),
                new Order.AcceptOne(7),
                new Order.TurnAway(true), new Order.TurnAway(false),
                new Order.Take(Long.MAX_VALUE, 3), new Order.Ask(-1, V4, V6, true, ByteBuffer.wrap(new byte[65_507])),
                new Order.Ask(-2, UNIX, UnixDomainSocketAddress.of(""), false, ByteBuffer.allocate(0)),
                new Order.CutInput(5), new Order.Abort(6), new Order.Drain(30_000), new Order.Dump(), limits());
    }

    private static Order.Limits limits() {
        Options options = Options.defaults().withMaxConnections(7)
                .withTimeouts(
                        times -> times.withIdle(Duration.ofNanos(1)).withSpin(Duration.ofSeconds(Long.MAX_VALUE)));
        return new Order.Limits(options.limits(), options.timeouts(), OnFull.REJECT);
    }

    private static Stream<Message> reports() {
        return Stream.of(new Report.Ready(), new Report.Taken(9),
                new Report.Came(1, 0, V6, V4, Optional.empty()),
                new Report.Came(2, 1, UnixDomainSocketAddress.of(""), UNIX,
                        Optional.of(new ConnectionInfo.Credentials(1, 0xffff_ffffL, 0))),
                new Report.Opened(3), new Report.Threw(4, FAILURE), new Report.Rejected(5, Optional.empty()),
                new Report.Rejected(5, Optional.of(Limit.CONNECTIONS)), new Report.Over(6, new Cause.Done(true), 1, 2),
                new Report.Over(6, new Cause.Done(false), 1, Long.MAX_VALUE),
                new Report.Over(7, new Cause.PeerReset("reset"), 0, 0),
                new Report.Over(8, new Cause.TimedOut(Limit.IDLE), 0, 0),
                new Report.Over(9, new Cause.LimitReached(Limit.FRAME), 0, 0),
                new Report.Over(10, new Cause.Stopped(), 0, 0),
                new Report.Answered(-1, Optional.of(ByteBuffer.wrap(new byte[]{1, 2})), Optional.empty()),
                new Report.Answered(-1, Optional.empty(), Optional.of(FAILURE)), new Report.Heeded(),
                new Report.Handled(7, Served.REJECTED),
                new Report.Beat(1, 2, 3, 4),
                new Report.Reached(Limit.CONNECTIONS), new Report.AcceptFailed(1, FAILURE, 5_000_000),
                new Report.ListenerDown(1, FAILURE), new Report.DatagramFailed(0, UNIX, FAILURE),
                new Report.Stalled("loop", 1, 0, FAILURE), new Report.Dumped("\"main\" WAITING\n    at x"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void arrivesAsItWasSent(Message message) throws Exception {
        assertThat(all(MessageWriter.bytes(message))).containsExactly(message);
    }

    @Test
    void aFailureReadsAsWhatItWas() throws Exception {
        var thrown = new IllegalStateException("because");
        var sent = new Report.Over(1, new Cause.Failed(thrown), 0, 0);
        var over = (Report.Over) all(MessageWriter.bytes(sent)).getFirst();
        Throwable error = ((Cause.Failed) over.cause()).error();
        assertThat(error).hasToString(thrown.toString()).hasMessage("because");
        assertThat(error.getStackTrace()[0].getMethodName()).isEqualTo("aFailureReadsAsWhatItWas");
    }

    @Test
    void aFailureFitsIntoAMessageHoweverMuchItSays() {
        Throwable talkative = new IllegalStateException("ü".repeat(1 << 20));
        assertThat(MessageWriter.bytes(new Report.Threw(1, Failure.of(talkative))))
                .hasSizeLessThan(DescriptorMessage.MOST_BYTES);
    }

    @Test
    void severalAreOnePacket() throws Exception {
        byte[] first = MessageWriter.bytes(new Order.Dump());
        byte[] second = MessageWriter.bytes(new Order.Drain(7));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertThat(all(both)).containsExactly(new Order.Dump(), new Order.Drain(7));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void oneThatIsCutIsAnError(Message message) {
        byte[] whole = MessageWriter.bytes(message);
        for (int length = 1; length < Math.min(whole.length, 200); length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> all(cut)).as("cut after " + length).isInstanceOf(IOException.class);
        }
    }

    @Test
    void lettersThatMeanNothingAreAnError() {
        assertThatThrownBy(() -> all(new byte[]{'z'})).isInstanceOf(IOException.class)
                .hasMessageContaining("damaged").hasMessageContaining("'z'");
        assertThatThrownBy(() -> all(new byte[]{'Z'})).hasMessageContaining("'Z'");
    }

    @Test
    void whatIsDamagedIsNeverAnotherError() {
        messages().forEach(message -> {
            byte[] bytes = MessageWriter.bytes(message);
            for (int at = 0; at < Math.min(bytes.length, 100); at++) {
                byte[] damaged = bytes.clone();
                damaged[at] = (byte) (damaged[at] ^ 0x81);
                readOrDamaged(damaged);
            }
        });
    }

    private static void readOrDamaged(byte[] packet) {
        try {
            assertThat(all(packet)).isNotNull();
        } catch (IOException e) {
            assertThat(e).isNotNull();
        }
    }

    private static List<Message> all(byte[] packet) throws IOException {
        return MessageReader.all(ByteBuffer.wrap(packet));
    }
}
