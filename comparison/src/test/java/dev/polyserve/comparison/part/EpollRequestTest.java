package dev.polyserve.comparison.part;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.polyserve.Codec;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.bench.service.EchoHandler;
import dev.polyserve.bench.service.EchoProtocol;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A request to a server that waits in epoll allocates nothing on the loop's thread, including its system calls.
///
/// The JDK makes a slice of a memory segment for each foreign call. Escape analysis removes it, except in some compilations of
/// some runs; then the test requires that the request allocates nothing else.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class EpollRequestTest {
    private static final String LOOP = "polyserve-loop-0";
    private static final int REQUESTS = 5_000;
    private static final int REQUEST_BYTES = 64;
    /// The JDK takes a sample when a thread needs a new buffer for its allocations, of some hundred kilobytes or more.
    private static final int SAMPLED_ROUNDS = 30;
    private static final long COMPILED_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final String OF_FOREIGN_CALLS = "jdk.internal.foreign.";

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path directory;

    /// Before escape analysis applies, compiled-away objects are allocated, so the test repeats until nothing is
    /// allocated, or a limit is reached. The smallest object has 16 bytes.
    @ParameterizedTest
    @ValueSource(strings = {"protocol", "handler", "messages", "messages in flight"})
    void aRequestAllocatesNothing(String style) throws IOException {
        try (Server server = serving(style).start();
                Socket client = connected((InetSocketAddress) server.address())) {
            long loop = loopThread();
            long deadline = System.nanoTime() + COMPILED_NANOS;
            double bytesPerRequest;
            do {
                long before = threads.getThreadAllocatedBytes(loop);
                exchange(client);
                bytesPerRequest = (double) (threads.getThreadAllocatedBytes(loop) - before) / REQUESTS;
            } while (bytesPerRequest >= 1 && System.nanoTime() - deadline < 0);
            if (bytesPerRequest >= 1) {
                assertThat(allocations(client)).as("%f bytes that a request allocates", bytesPerRequest).isNotEmpty()
                        .allMatch(method -> method.startsWith(OF_FOREIGN_CALLS));
            }
        }
    }

    /// The methods of samples of what the server allocates during requests.
    private Set<String> allocations(Socket client) throws IOException {
        Path file = directory.resolve("allocations.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ObjectAllocationSample").with("throttle", "1000/s");
            recording.start();
            for (int i = 0; i < SAMPLED_ROUNDS; i++) {
                exchange(client);
            }
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream().filter(EpollRequestTest::isOnLoop)
                .map(sample -> method(sample.getStackTrace().getFrames().getFirst())).collect(Collectors.toSet());
    }

    /// Whether the loop's thread has allocated it, itself or as the carrier of a coroutine.
    private static boolean isOnLoop(RecordedEvent sample) {
        RecordedThread thread = sample.getThread();
        return sample.getStackTrace() != null && thread != null
                && (thread.isVirtual() || LOOP.equals(thread.getJavaName()));
    }

    private static String method(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }

    /// A server whose loop may be handed off, so that handlers cross its border, and is not: the test looks at one thread.
    private static ServerBuilder serving(String style) {
        ServerBuilder server = Server.at("tcp://127.0.0.1:0").model(Model.epoll())
                .options(options -> options.withTimeouts(timeouts -> timeouts.withHandOff(Duration.ofMinutes(5))));
        return switch (style) {
            case "protocol" -> server.protocol(EchoProtocol::new);
            case "messages" -> server.messages(new Request(), (reply, client) -> client.write(reply));
            case "messages in flight" ->
                server.messages(new Request(), (reply, client) -> client.write(reply)).inFlight(4);
            default -> server.handle(new EchoHandler());
        };
    }

    /// Messages of the bytes of a request; a codec that returns the bytes themselves would have to allocate them.
    private static final class Request implements Codec<byte[]> {
        private final byte[] reply = new byte[REQUEST_BYTES];

        @Override
        public byte @Nullable [] decode(Input input) {
            if (input.available() < REQUEST_BYTES) {
                return null;
            }
            input.skip(REQUEST_BYTES);
            return reply;
        }

        @Override
        public void encode(byte[] message, Output output) throws IOException {
            output.write(message);
        }
    }

    private static Socket connected(InetSocketAddress address) throws IOException {
        Socket client = new Socket(address.getAddress(), address.getPort());
        client.setTcpNoDelay(true);
        return client;
    }

    private static void exchange(Socket client) throws IOException {
        DataInputStream replies = new DataInputStream(client.getInputStream());
        byte[] bytes = new byte[REQUEST_BYTES];
        for (int i = 0; i < REQUESTS; i++) {
            client.getOutputStream().write(bytes);
            replies.readFully(bytes);
        }
    }

    private static long loopThread() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals(LOOP))
                .mapToLong(Thread::threadId).max().orElseThrow();
    }
}
