package dev.polyserve.linux.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The meaning of a service manager's variables.
class SocketActivationTest {
    private static final long PID = 4711;

    private static SocketActivation of(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (String variable : variables) {
            String[] parts = variable.split("=", 2);
            environment.put(parts[0], parts[1]);
        }
        return SocketActivation.of(environment, PID);
    }

    @Test
    void withoutVariablesNothingIsInherited() {
        assertThat(of().sockets()).isEmpty();
        assertThat(of().warning()).isEmpty();
        assertThat(of().notServedBy(List.of())).isEmpty();
    }

    @Test
    void socketsBeginWith3AndHaveNames() {
        SocketActivation activation = of("LISTEN_FDS=3", "LISTEN_PID=4711", "LISTEN_FDNAMES=web:web:admin");
        assertThat(activation.sockets()).containsExactly(new InheritedSocket(3, "web"), new InheritedSocket(4, "web"),
                new InheritedSocket(5, "admin"));
        assertThat(activation.endpoints()).containsExactly(Endpoint.parse("fd:3"), Endpoint.parse("fd:4"),
                Endpoint.parse("fd:5"));
        assertThat(activation.warning()).isEmpty();
        assertThat(activation.sockets().getFirst()).hasToString("fd:3 (web)");
    }

    @Test
    void withoutNamesTheyAreUnknown() {
        assertThat(of("LISTEN_FDS=1", "LISTEN_PID=4711").sockets()).containsExactly(new InheritedSocket(3, "unknown"));
        assertThat(of("LISTEN_FDS=2", "LISTEN_PID=4711", "LISTEN_FDNAMES=:b").sockets())
                .containsExactly(new InheritedSocket(3, "unknown"), new InheritedSocket(4, "b"));
    }

    @Test
    void thoseOfAnotherProcessAreNotOurs() {
        SocketActivation activation = of("LISTEN_FDS=1", "LISTEN_PID=4712");
        assertThat(activation.sockets()).isEmpty();
        assertThat(activation.warning()).hasValue("LISTEN_FDS is for process 4712 and this is 4711, so no socket is"
                + " inherited; a script that starts the program has to do so with exec");
        assertThat(of("LISTEN_FDS=1").warning()).hasValueSatisfying(why -> assertThat(why).contains("(none)"));
    }

    @Test
    void whatMakesNoSenseIsWarnedOf() {
        assertThat(of("LISTEN_FDS=x", "LISTEN_PID=4711").warning())
                .hasValueSatisfying(why -> assertThat(why).contains("LISTEN_FDS is 'x'"));
        SocketActivation activation = of("LISTEN_FDS=2", "LISTEN_PID=4711", "LISTEN_FDNAMES=a:b:c");
        assertThat(activation.sockets()).extracting(InheritedSocket::name).containsExactly("unknown", "unknown");
        assertThat(activation.warning()).hasValueSatisfying(why -> assertThat(why).contains("3 names for 2 sockets"));
    }

    @Test
    void aSocketThatIsNotServedIsNamed() {
        SocketActivation activation = of("LISTEN_FDS=3", "LISTEN_PID=4711", "LISTEN_FDNAMES=web:web:admin");
        assertThat(activation.notServedBy(List.of(Endpoint.parse("fd:web")))).extracting(InheritedSocket::descriptor)
                .containsExactly(5);
        assertThat(activation.notServedBy(List.of(Endpoint.parse("fd:4"), Endpoint.parse("tcp://*:1"))))
                .extracting(InheritedSocket::descriptor).containsExactly(3, 5);
        assertThat(activation.notServedBy(activation.endpoints())).isEmpty();
    }

    @Test
    void anEnvironmentForOthersHasNothingOfIt() {
        Map<String, String> environment = new HashMap<>(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "1", "LISTEN_FDNAMES",
                "a", "NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", "1", "WATCHDOG_PID", "1", "PATH", "/bin"));
        SocketActivation.forget(environment);
        assertThat(environment).containsExactly(Map.entry("PATH", "/bin"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatIsNoSocketIsRefusedInOneSentence() {
        assertThatThrownBy(() -> SocketActivation.look(new Endpoint.Inherited("999999")))
                .hasMessage(
                        "cannot listen at fd:999999: descriptor 999999 is not open; the process that starts this one"
                                + " has to hand it down");
        assertThatThrownBy(() -> SocketActivation.look(new Endpoint.Inherited("web")))
                .hasMessage("cannot listen at fd:web: no socket of that name was inherited; see LISTEN_FDNAMES");
    }
}
