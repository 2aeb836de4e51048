package dev.polyserve.linux.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.Listener;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Workers are told of each socket for which endpoint of the program it is.
@EnabledOnOs(OS.LINUX)
@Timeout(20)
class SharedEndpointsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final SupervisorSocketProvider shared = new SupervisorSocketProvider(DescriptorSocketProvider.unlimited());
    private final NumberedSocketProvider numbered = new NumberedSocketProvider();

    @Test
    void twoPortsOfOneHostAreTwoEndpoints() throws Exception {
        List<Endpoint> endpoints;
        try (ServerSocket one = new ServerSocket(0, 1, LOOPBACK); ServerSocket two = new ServerSocket(0, 1, LOOPBACK)) {
            endpoints = List.of(new Endpoint.Tcp("127.0.0.1", one.getLocalPort()),
                    new Endpoint.Tcp("127.0.0.1", two.getLocalPort()), new Endpoint.Tcp("127.0.0.1", 0));
        }
        List<String> texts = endpoints.stream().map(Endpoint::toString).toList();
        assertThat(asked(shared, endpoints, shared::slots)).isEqualTo(texts);
        assertThat(asked(numbered, endpoints, numbered::slots)).isEqualTo(texts);
    }

    @Test
    void twoEndpointsThatLeadToOnePlaceAreTwo() throws Exception {
        SocketEndpointMatcher requested = new SocketEndpointMatcher();
        Endpoint name = Endpoint.parse("tcp://name.test:0");
        Endpoint first = Endpoint.parse("tcp://127.0.0.1:0");
        Endpoint second = Endpoint.parse("tcp://127.0.0.2:0");
        requested.note(name, List.of(new SocketProvider.Place(first, false), new SocketProvider.Place(second, false)));
        requested.note(first, List.of(new SocketProvider.Place(first, false)));

        SocketEndpointMatcher.Use tried = requested.use(first);
        assertThat(tried.asked()).isEqualTo(name);
        tried.withdraw().run();
        assertThat(requested.use(first).asked()).isEqualTo(name);
        assertThat(requested.use(Endpoint.parse("tcp://127.0.0.2:4711")).asked()).isEqualTo(name);
        assertThat(requested.use(first).asked()).isEqualTo(first);
    }

    private static List<String> asked(SocketProvider provider, List<Endpoint> endpoints,
            Supplier<List<WorkerCommand.Slot>> slots) throws IOException {
        for (Endpoint endpoint : endpoints) {
            assertThat(provider.places(endpoint)).hasSize(1);
        }
        List<Listener> opened = new ArrayList<>();
        try {
            for (Endpoint endpoint : endpoints) {
                opened.add(provider.listen(endpoint, Options.defaults().sockets()));
            }
            return slots.get().stream().map(WorkerCommand.Slot::asked).toList();
        } finally {
            for (Listener each : opened) {
                each.close();
            }
        }
    }
}
