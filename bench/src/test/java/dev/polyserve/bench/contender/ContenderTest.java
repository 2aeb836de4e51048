package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.contender.Contender.Existing;
import dev.polyserve.bench.contender.Contender.Polyserve;
import dev.polyserve.bench.contender.Contender.Peer;
import dev.polyserve.bench.contender.Contender.Style;
import dev.polyserve.bench.service.BenchService;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContenderTest {
    @Test
    void readsModels() {
        assertThat(Contender.model("nio")).isEqualTo(new Polyserve("nio", Style.HANDLER, List.of()));
        assertThat(Contender.model("nio:protocol")).isEqualTo(new Polyserve("nio", Style.PROTOCOL, List.of()));
        assertThat(Contender.model("nio:messages")).isEqualTo(new Polyserve("nio", Style.MESSAGES, List.of()));
        assertThat(Contender.model("nio:handler").name()).isEqualTo("nio");
        assertThat(Contender.model("nio:protocol").name()).isEqualTo("nio:protocol");
        assertThat(new Polyserve("nio", Style.HANDLER, List.of("--loops", "2")).name()).isEqualTo("nio --loops 2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nioo       | unknown model 'nioo': take one of
            ''         | unknown model '': take one of
            nio:events | unknown style 'events' in 'nio:events': use nio, nio:protocol or nio:messages
            nio:       | unknown style '' in 'nio:': use nio, nio:protocol or nio:messages
            """)
    void rejectsUnknownModels(String text, String sentence) {
        assertThatIllegalArgumentException().isThrownBy(() -> Contender.model(text)).withMessageStartingWith(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            netty=java -jar echo.jar {port}           | netty         | java -jar echo.jar {port}
            java -Xmx1g -jar build/netty-echo.jar {port} | netty-echo | java -Xmx1g -jar build/netty-echo.jar {port}
            python3 -u "peers/asyncio echo.py" {port} | echo          | python3 -u "peers/asyncio echo.py" {port}
            python3 -m aiohttp                        | python3       | python3 -m aiohttp
            ./bin/epoll-echo {port}                   | epoll-echo    | ./bin/epoll-echo {port}
            GOMAXPROCS=1 ./echo {port}                | echo          | GOMAXPROCS=1 ./echo {port}
            go-1=GOMAXPROCS=1 ./echo {port}           | go-1          | GOMAXPROCS=1 ./echo {port}
            exec socat TCP-LISTEN:{port},fork EXEC:cat | socat        | exec socat TCP-LISTEN:{port},fork EXEC:cat
            cd x && ./y                               | cd            | cd x && ./y
            """)
    void readsCommands(String text, String name, String command) {
        assertThat(Contender.against(text)).isEqualTo(new Peer(name, command));
    }

    @Test
    void readsEndpoints() {
        assertThat(Contender.against("tcp://127.0.0.1:7000"))
                .isEqualTo(new Existing("tcp://127.0.0.1:7000", new Endpoint.Tcp("127.0.0.1", 7000)));
        assertThat(Contender.against("redis=unix:/run/redis.sock"))
                .isEqualTo(new Existing("redis", new Endpoint.Unix(Path.of("/run/redis.sock"))));
        assertThat(Contender.against("unix:name=socket"))
                .isEqualTo(new Existing("unix:name=socket", new Endpoint.Unix(Path.of("name=socket"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                  | '' names no server to compare with
            netty=              | 'netty=' names no server to compare with
            tcp://127.0.0.1     | bad endpoint 'tcp://127.0.0.1': the port is missing
            tcp://*:7000        | bad endpoint 'tcp://*:7000': the endpoint of a running server needs a host and a port
            udp://127.0.0.1:0   | bad endpoint 'udp://127.0.0.1:0': the endpoint of a running server needs a host and a port
            unixgram:/tmp/x     | bad endpoint 'unixgram:/tmp/x': only tcp://, udp:// and unix: endpoints can be loaded
            """)
    void rejectsBadTexts(String text, String sentence) {
        assertThatIllegalArgumentException().isThrownBy(() -> Contender.against(text))
                .withMessageStartingWith(sentence);
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPUTE", "WORK", "BROADCAST"})
    void peersAreExpectedToEchoOnly(BenchService service) {
        assertThat(Contender.against("netty=java {port}").cannotServe(service, LoadTransport.TCP)).hasValueSatisfying(
                why -> assertThat(why).startsWith("netty is expected to echo only, so it cannot serve '")
                        .contains("{wo"));
        assertThat(Contender.against("tcp://127.0.0.1:7").cannotServe(service, LoadTransport.TCP)).hasValueSatisfying(
                why -> assertThat(why).startsWith("tcp://127.0.0.1:7 is expected to echo only"));
        assertThat(Contender.against("netty=java {port} {workload}").cannotServe(service, LoadTransport.TCP)).isEmpty();
        assertThat(Contender.against("netty=java {port} {workload}").cannotServe(service, LoadTransport.UDP))
                .isPresent();
        assertThat(Contender.model("nio").cannotServe(service, LoadTransport.UDP))
                .hasValueSatisfying(why -> assertThat(why).endsWith("over connections only, not over udp"));
        assertThat(Contender.model("nio").cannotServe(service, LoadTransport.UNIX)).isEmpty();
    }

    @Test
    void datagramsHaveOneStyle() {
        assertThat(Contender.model("nio").cannotServe(BenchService.ECHO, LoadTransport.UDP)).isEmpty();
        assertThat(Contender.model("nio:protocol").cannotServe(BenchService.ECHO, LoadTransport.TCP)).isEmpty();
        assertThat(Contender.model("nio:messages").cannotServe(BenchService.ECHO, LoadTransport.UDP)).isPresent();
        assertThat(Contender.model("nio:protocol").cannotServe(BenchService.ECHO, LoadTransport.UDP))
                .contains("nio:protocol does not serve datagrams: datagram handlers have one style only, so use nio");
    }

    @Test
    void theTransportFollowsThePlaceholderOfTheCommand() {
        assertThat(Contender.against("c {port}").cannotServe(BenchService.ECHO, LoadTransport.UNIX))
                .contains("c listens on a port: a Unix socket needs {path} in its command");
        assertThat(Contender.against("c {path}").cannotServe(BenchService.ECHO, LoadTransport.UDP))
                .contains("c listens on a Unix socket: udp needs {port} in its command");
        for (LoadTransport transport : LoadTransport.values()) {
            assertThat(Contender.against("c {port} {path}").cannotServe(BenchService.ECHO, transport)).isEmpty();
            assertThat(Contender.against("c").cannotServe(BenchService.ECHO, transport)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEndpointHasOneTransport(LoadTransport transport) {
        var existing = Contender.against("udp://127.0.0.1:7");
        assertThat(existing.cannotServe(BenchService.ECHO, transport).isEmpty())
                .isEqualTo(transport == LoadTransport.UDP);
    }

    @Test
    void replacesPlaceholders() {
        Peer peer = new Peer("p", "serve {port} {path} {workload}");
        assertThat(peer.filledIn(BenchService.WORK, new Endpoint.Tcp("127.0.0.1", 7))).isEqualTo("serve 7 {path} work");
        assertThat(peer.filledIn(BenchService.ECHO, new Endpoint.Unix(Path.of("/s"))))
                .isEqualTo("serve {port} /s echo");
    }

    @Test
    void namesMustDiffer() {
        Contender.requireDistinctNames(List.of(Contender.model("nio"), Contender.model("nio:protocol")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Contender.requireDistinctNames(
                        List.of(Contender.against("python3 -c 1"), Contender.against("python3 -c 2"))))
                .withMessageStartingWith("two contenders have the name 'python3': ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix", "udp"})
    void transportsHaveNames(String id) {
        assertThat(LoadTransport.named(id).id()).isEqualTo(id);
        assertThatIllegalArgumentException().isThrownBy(() -> LoadTransport.named("quic"))
                .withMessage("unknown endpoint 'quic': take one of tcp, unix, udp");
    }
}
