package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.MessageHandler;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The heap that an idle connection keeps: the objects of this library, with the handler's own, counted by the JVM. Those of
/// the JDK are not counted, since the clients have the same ones; with `epoll` a connection has none, but the virtual thread
/// of a handler.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class IdleConnectionMemoryTest {
    private static final int CONNECTIONS = 300;
    /// A line of the histogram: rank, instances, bytes and the name of the class, here one of ours or an array of them.
    private static final Pattern OURS = Pattern.compile(" *\\d+: +\\d+ +(\\d+) +(?:\\[+L)?dev\\.polyserve\\..*");

    private static final class EchoMessages implements MessageHandler<String> {
        @Override
        public void handle(String message, Output client) throws Exception {
            client.writeLine(message);
        }
    }

    private static final class EchoProtocol implements Protocol {
        @Override
        public void received(Input input, Output output) throws IOException {
            output.write(input.takeAll());
        }
    }

    private static final class EchoHandler implements Handler {
        @Override
        public void handle(Connection client) throws Exception {
            client.inputStream().transferTo(client.outputStream());
        }
    }

    private static ServerBuilder serving(String model, String style) {
        ServerBuilder server = Server.at("tcp://127.0.0.1:0").model(Model.named(model));
        return switch (style) {
            case "messages" -> server.messageHandler(Framing.lines(), EchoMessages::new);
            case "messages in flight" -> server.messageHandler(Framing.lines(), EchoMessages::new).inFlight(8);
            case "protocol" -> server.protocol(EchoProtocol::new);
            case "handler" -> server.handler(EchoHandler::new);
            default -> throw new IllegalArgumentException(style);
        };
    }

    private static long heapBytes() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                new Object[]{new String[0]}, new String[]{String[].class.getName()});
        return histogram.lines().map(OURS::matcher).filter(Matcher::matches)
                .mapToLong(line -> Long.parseLong(line.group(1))).sum();
    }

    /// The bytes once they no longer change: what an earlier server has left behind may go while this one begins.
    private static long settledHeapBytes() throws JMException {
        long last = heapBytes();
        for (long now = heapBytes(); now != last; now = heapBytes()) {
            last = now;
        }
        return last;
    }

    /// A connection whose first request is answered, so that it has been busy before.
    private static Socket answered(Server server) throws IOException {
        InetSocketAddress address = (InetSocketAddress) server.address();
        Socket client = new Socket(address.getAddress(), address.getPort());
        client.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
        assertThat(client.getInputStream().readNBytes(6)).hasSize(6);
        return client;
    }

    @ParameterizedTest
    @CsvSource({"epoll, messages, 325", "epoll, messages in flight, 325", "epoll, protocol, 300", "nio, messages, 335",
        "epoll, handler, 450", "virtual, protocol, 500", "thread, protocol, 500"})
    void anIdleConnectionKeepsNoMoreThan(String model, String style, long mostBytes) throws Exception {
        List<Socket> clients = new ArrayList<>();
        try (Server server = serving(model, style).start()) {
            clients.add(answered(server)); // the loop's own buffers
            long before = settledHeapBytes();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(answered(server));
            }
            assertThat((settledHeapBytes() - before) / CONNECTIONS).as("bytes a connection").isBetween(200L, mostBytes);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }
}
