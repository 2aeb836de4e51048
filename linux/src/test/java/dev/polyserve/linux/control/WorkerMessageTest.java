package dev.polyserve.linux.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.Tls;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.proxy.ProxyTlvs;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.stats.HistogramBuckets;
import dev.polyserve.stats.DurationHistogram;
import dev.polyserve.stats.HandshakeOutcome;
import dev.polyserve.stats.HistogramSnapshot;
import dev.polyserve.stats.LoopSnapshot;
import dev.polyserve.stats.ServingProcessStats;
import dev.polyserve.stats.TlsSnapshot;
import dev.polyserve.stats.UpstreamSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every message arrives as it was sent; a damaged packet is an error and nothing else.
class WorkerMessageTest {
    private static final InetSocketAddress V4 = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 65_535);
    private static final InetSocketAddress V6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
    private static final UnixDomainSocketAddress UNIX = UnixDomainSocketAddress.of("/run/ä b");
    private static final SerializedException FAILURE = new SerializedException("java.lang.Error: ü", "ü",
            List.of(new SerializedException.Frame("a.B", "c", "B.java", 7),
                    new SerializedException.Frame("a.B$D", "<init>", "null", -2)),
            true);

    private static final ServingProcessStats FIGURES = new ServingProcessStats(1, 2, 3, 4, Long.MAX_VALUE,
            List.of(new LoopSnapshot("loop-ä", histogram(HistogramBuckets.TURNS), 0.25, 5, 6),
                    new LoopSnapshot("", HistogramSnapshot.empty(HistogramBuckets.TURNS), 1, 0, 0)),
            new TlsSnapshot(Map.of(new HandshakeOutcome(HandshakeResult.SUCCEEDED, "TLSv1.3", true), 7L,
                    HandshakeOutcome.of(HandshakeResult.ABORTED), 8L), histogram(HistogramBuckets.HANDSHAKES),
                    Optional.empty()),
            List.of(new UpstreamSnapshot(Endpoint.parse("tcp://10.0.0.1:80"), 1, 1, 2, 3, 4, 5, Long.MAX_VALUE),
                    new UpstreamSnapshot(Endpoint.parse("unix:/run/ä"), 1, 0, 0, 0, 0, 0, 0)));

    private static HistogramSnapshot histogram(HistogramBuckets buckets) {
        DurationHistogram histogram = new DurationHistogram(buckets);
        histogram.add(1);
        histogram.add(Long.MAX_VALUE / 2);
        return histogram.snapshot();
    }

    static Stream<WorkerMessage> messages() {
        return Stream.concat(commands(), reports());
    }

    private static Stream<WorkerMessage> commands() {
        return Stream.of(
                new WorkerCommand.Serve(true, List.of(new WorkerCommand.Slot(0, "tcp://*:0", "tcp://*:80"),
                        new WorkerCommand.Slot(7, "unix:/ü", "unix:/ü")), 10_000,
                        Optional.of(ByteBuffer.wrap(new byte[]{1}))),
                new WorkerCommand.Serve(false, List.of(), 1, Optional.empty()), new WorkerCommand.SetAccepting(true),
                new WorkerCommand.SetAccepting(false),
                new WorkerCommand.AcceptOne(7),
                new WorkerCommand.RejectExcess(true), new WorkerCommand.RejectExcess(false),
                new WorkerCommand.TakeConnection(Long.MAX_VALUE, 3, Optional.empty()),
                new WorkerCommand.AnswerDatagram(-1, V4, V6, Optional.empty(), true, ByteBuffer.wrap(new byte[65_507])),
                new WorkerCommand.AnswerDatagram(-2, UNIX, UnixDomainSocketAddress.of(""), Optional.empty(), false,
                        ByteBuffer.allocate(0)),
                new WorkerCommand.CutInput(5), new WorkerCommand.Abort(6), new WorkerCommand.Drain(30_000),
                new WorkerCommand.DumpThreads(), new WorkerCommand.ReportFigures(), limits(),
                new WorkerCommand.TakeSelfSigned(ByteBuffer.wrap(new byte[]{1, 2})),
                new WorkerCommand.CheckTls(3, Tls.selfSigned().withAlpn("h2")),
                new WorkerCommand.ReplaceTls(Tls.selfSigned().withMinimumVersion("1.3").withAlpn("h2", "smtp")),
                new WorkerCommand.ReplaceTls(Tls.server(Path.of("/ü"), Path.of("/k"))
                        .withCertificate(Path.of("b"), Path.of("c")).withPassword("ü")
                        .withClientCertificatesWanted(Path.of("ca"))),
                new WorkerCommand.ReplaceTls(Tls.server(Path.of("a"), Path.of("b"))
                        .withClientCertificatesNeeded(Path.of("ca"))));
    }

    @Test
    void aTransferredConnectionAndADatagramKeepTheirHeader() throws Exception {
        var route = new ProxyHeader.Route(new InetSocketAddress("192.0.2.7", 1),
                new InetSocketAddress(InetAddress.ofLiteral("::1"), 2));
        var fields = new ProxyTlvs(List.of(new ProxyTlvs.Field(ProxyTlvs.AUTHORITY, new byte[]{'a'})));
        var header = Optional.of(new ProxyHeader(1, ProxyHeader.Command.PROXY, Optional.of(route), fields));
        byte[] bytes = WorkerMessageWriter.bytes(new WorkerCommand.TakeConnection(7, 3, header));
        WorkerCommand.TakeConnection read = (WorkerCommand.TakeConnection) all(bytes).getFirst();
        assertThat(read.id()).isEqualTo(7);
        WorkerCommand.AnswerDatagram asked = (WorkerCommand.AnswerDatagram) all(WorkerMessageWriter.bytes(
                new WorkerCommand.AnswerDatagram(8, V4, V6, header, false, ByteBuffer.allocate(1)))).getFirst();
        assertThat(asked.payload().remaining()).isEqualTo(1);
        for (Optional<ProxyHeader> each : List.of(read.header(), asked.header())) {
            assertThat(each.orElseThrow().route()).contains(route);
            assertThat(each.orElseThrow().fields().authority()).contains("a");
        }
    }

    private static WorkerCommand.ChangeLimits limits() {
        Options options = Options.defaults().withMaxConnections(7).withLimits(
                limits -> limits.withTlsHandshakes(9).withAcceptsPerSecond(11).withMinInputBytesPerSecond(12))
                .withTimeouts(
                        times -> times.withIdle(Duration.ofNanos(1)).withTlsHandshake(Duration.ofSeconds(3))
                                .withSpin(Duration.ofSeconds(Long.MAX_VALUE)));
        Options.ProxyProtocol proxy = options.proxyProtocol().withSenders(Networks.parse("10.0.0.0/8,::1"))
                .withSenders(Endpoint.parse("unix:/s"), Networks.any())
                .withVersions(Options.ProxyProtocol.Versions.V2).withTimeout(Duration.ofSeconds(7));
        return new WorkerCommand.ChangeLimits(options.limits(), options.timeouts(), proxy,
                options.access().withAllowed(Networks.parse("10.0.0.0/8")).withDenied(Networks.any()), OnFull.REJECT);
    }

    private static Stream<WorkerMessage> reports() {
        return Stream.of(new WorkerEventMessage.Ready(), new WorkerEventMessage.ConnectionTaken(9),
                new WorkerEventMessage.ConnectionAccepted(1, 0, V6, V4, Optional.empty()),
                new WorkerEventMessage.ConnectionAccepted(2, 1, UnixDomainSocketAddress.of(""), UNIX,
                        Optional.of(new ConnectionInfo.Credentials(1, 0xffff_ffffL, 0))),
                new WorkerEventMessage.HandlerStarted(3),
                new WorkerEventMessage.HandlerStarted(3,
                        Optional.of(new WorkerTlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256",
                                Optional.of("a.example"), Optional.empty(), List.of()))),
                new WorkerEventMessage.HandlerFailed(4, FAILURE),
                new WorkerEventMessage.ConnectionRejected(5, Optional.empty()),
                new WorkerEventMessage.ConnectionRejected(5, Optional.of(Limit.CONNECTIONS)),
                new WorkerEventMessage.ConnectionClosed(6, new Cause.Done(true), 1, 2),
                new WorkerEventMessage.ConnectionClosed(6, new Cause.Done(false), 1, Long.MAX_VALUE),
                new WorkerEventMessage.ConnectionClosed(7, new Cause.PeerReset("reset"), 0, 0),
                new WorkerEventMessage.ConnectionClosed(8, new Cause.TimedOut(Limit.IDLE), 0, 0),
                new WorkerEventMessage.ConnectionClosed(9, new Cause.LimitReached(Limit.FRAME), 0, 0),
                new WorkerEventMessage.ConnectionClosed(10, new Cause.Stopped(), 0, 0),
                new WorkerEventMessage.ConnectionClosed(11, new Cause.Stopped(), 0, 0,
                        Optional.of(new WorkerTlsInfo("TLSv1.2",
                                "X", Optional.empty(), Optional.of("smtp"), List.of()))),
                new WorkerEventMessage.DatagramAnswered(-1, Optional.of(ByteBuffer.wrap(new byte[]{1, 2})),
                        Optional.empty()),
                new WorkerEventMessage.DatagramAnswered(-1, Optional.empty(), Optional.of(FAILURE)),
                new WorkerEventMessage.CommandAcknowledged(),
                new WorkerEventMessage.RequestHandled(7, RequestResult.REJECTED),
                new WorkerEventMessage.EndRequested("TERM"), new WorkerEventMessage.Heartbeat(FIGURES),
                new WorkerEventMessage.TlsChecked(3, Optional.empty()),
                new WorkerEventMessage.TlsChecked(0, Optional.of("the key does not fit")),
                new WorkerEventMessage.LimitReached(Limit.CONNECTIONS),
                new WorkerEventMessage.AcceptFailed(1, FAILURE, 5_000_000, "EMFILE"),
                new WorkerEventMessage.ListenerDown(1, FAILURE),
                new WorkerEventMessage.DatagramFailed(0, UNIX, FAILURE),
                new WorkerEventMessage.LoopStalled("loop", 1, 0, FAILURE),
                new WorkerEventMessage.ThreadDump("\"main\" WAITING\n    at x"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void arrivesAsItWasSent(WorkerMessage message) throws Exception {
        assertThat(all(WorkerMessageWriter.bytes(message))).containsExactly(message);
    }

    @Test
    void aFailureReadsAsWhatItWas() throws Exception {
        var thrown = new IllegalStateException("because");
        var sent = new WorkerEventMessage.ConnectionClosed(1, new Cause.Failed(thrown), 0, 0);
        var over = (WorkerEventMessage.ConnectionClosed) all(WorkerMessageWriter.bytes(sent)).getFirst();
        Throwable error = ((Cause.Failed) over.cause()).error();
        assertThat(error).hasToString(thrown.toString()).hasMessage("because");
        assertThat(error.getStackTrace()[0].getMethodName()).isEqualTo("aFailureReadsAsWhatItWas");
    }

    @Test
    void aFailureFitsIntoAMessageHoweverMuchItSays() {
        Throwable talkative = new IllegalStateException("ü".repeat(1 << 20));
        assertThat(
                WorkerMessageWriter.bytes(new WorkerEventMessage.HandlerFailed(1, SerializedException.of(talkative))))
                .hasSizeLessThan(DescriptorMessage.MOST_BYTES);
    }

    @Test
    void severalAreOnePacket() throws Exception {
        byte[] first = WorkerMessageWriter.bytes(new WorkerCommand.DumpThreads());
        byte[] second = WorkerMessageWriter.bytes(new WorkerCommand.Drain(7));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertThat(all(both)).containsExactly(new WorkerCommand.DumpThreads(), new WorkerCommand.Drain(7));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void oneThatIsCutIsAnError(WorkerMessage message) {
        byte[] whole = WorkerMessageWriter.bytes(message);
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
            byte[] bytes = WorkerMessageWriter.bytes(message);
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

    private static List<WorkerMessage> all(byte[] packet) throws IOException {
        return WorkerMessageReader.all(ByteBuffer.wrap(packet));
    }
}
