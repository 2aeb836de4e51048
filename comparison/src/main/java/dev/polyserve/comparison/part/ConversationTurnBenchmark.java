package dev.polyserve.comparison.part;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.bench.service.EchoHandler;
import dev.polyserve.bench.service.EchoProtocol;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.LoopProtocolDriver;
import dev.polyserve.loop.CoroutineWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// One echo on an event loop without system calls: a turn of the loop in which the only connection is ready, its
/// request is read, the conversation is served and the reply is written.
///
/// Everything except the socket and the multiplexer, which are in memory, is the code of a server. `protocol` is served
/// by the loop itself; `handler` is a coroutine of the loop, so that its turn includes two switches.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConversationTurnBenchmark {
    static final int TURNS = 10_000;

    @Param({"protocol", "handler"})
    public String style = "";

    /// The size of the request, and of the reply.
    @Param({"64", "1024"})
    public int requestBytes;

    private InMemorySocket socket = new InMemorySocket(0);
    private InMemoryMultiplexer multiplexer = new InMemoryMultiplexer(socket);
    private EventLoop loop = loop();
    private long written;

    /// Called by JMH.
    public ConversationTurnBenchmark() {}

    @Setup
    public void start() {
        socket = new InMemorySocket(requestBytes);
        multiplexer = new InMemoryMultiplexer(socket);
        loop = loop();
        loop.post(() -> {
            try {
                converse();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        loop.start(lost -> {
            throw new UncheckedIOException("the loop ended", lost);
        });
    }

    private EventLoop loop() {
        return new EventLoop("benchmark", multiplexer, NanoClock.SYSTEM, true, Carrier.whyNot().isEmpty(), 0, error -> {
            throw new IllegalStateException("the loop failed", error);
        });
    }

    private void converse() throws IOException {
        var context = new ServerContext(Options.defaults(), new ServerListener() {}, NanoClock.SYSTEM, _ -> {
        });
        var identity = new Conversation.Identity(1, socket.ends(), new Endpoint.Tcp("memory", 1));
        if (style.equals("protocol")) {
            var driver = new LoopProtocolDriver(loop, socket);
            driver.watch(new LoopProtocolConversation(context, identity, EchoProtocol::new, driver));
            driver.start(null);
        } else {
            var wire = new CoroutineWire(loop, socket);
            var conversation = new HandlerConversation(context, identity, EchoHandler::new, wire);
            wire.watch(conversation);
            wire.start(null);
        }
    }

    long loopThread() {
        return loop.thread().threadId();
    }

    @Benchmark
    @OperationsPerInvocation(TURNS)
    public void echo() {
        multiplexer.turns(TURNS);
        long expected = written + (long) TURNS * requestBytes;
        written = socket.written();
        if (written != expected) {
            throw new IllegalStateException(written + " bytes were replied where " + expected + " were due");
        }
    }

    /// Ends the loop.
    @TearDown
    public void stop() {
        loop.close();
        loop.awaitEnd();
    }
}
