package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every error of the command line gives one sentence and exit status 2.
class BadInputTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void isOneSentenceAndStatus2(String commandLine, String sentence) {
        Cli.Finished run = Cli.run(commandLine.isEmpty() ? new String[0] : commandLine.split(" ", -1));
        assertThat(run.err()).startsWith("polyserve: ").contains(sentence).hasLineCount(1).endsWith("\n");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    static Stream<Arguments> mistakes() {
        return Stream
                .of(commands(), values(), contradictions(), workers(), places(), files(), endless(), proxyHeaders(),
                        proxies(), benchmarks())
                .flatMap(mistakes -> mistakes);
    }

    private static Stream<Arguments> commands() {
        return Stream.of(mistake("", "no command was given"),
                mistake("serv", "unknown command or argument 'serv', did you mean serve"),
                mistake("serve --lisen x", "unknown option '--lisen', did you mean --listen?"),
                mistake("serve --quiet --quiet", "option --quiet was given twice"),
                mistake("serve --listen", "missing required parameter for option '--listen'"),
                mistake("serve --accept-rate 100", "bad --accept-rate '100': it is not a rate: write 100/s, or 0"),
                mistake("serve --min-rate 1KiB",
                        "bad --min-rate '1KiB': it is not a rate: write 100/s or 1KiB/s, or 0"),
                mistake("serve --ban 10m", "bad --ban '10m': it must be DURATION:N/DURATION, as in 10m:20/1m"),
                mistake("serve --ban 10m:0/1m", "bad --ban '10m:0/1m': ban: 0 offences are not between 1 and 100"),
                mistake("serve --allow 10.0.0.1/8",
                        "bad --allow '10.0.0.1/8': bad network '10.0.0.1/8': the address has bits beyond its prefix of 8"),
                mistake("serve --deny here", "bad --deny 'here': bad network 'here': 'here' is not an IPv4 or IPv6"),
                mistake("serve ecoh", "unknown service 'ecoh': take one of echo, upper"),
                mistake("serve echo now", "echo takes no arguments, but 'now' was given"),
                mistake("serve welcome a b", "welcome takes one [TEXT], but 'b' was given, too"),
                mistake("serve proxy", "proxy needs ENDPOINT"),
                mistake("serve proxy nowhere", "bad endpoint 'nowhere'"),
                mistake("serve proxy udp://127.0.0.1:53", "proxy forwards connections"),
                mistake("serve exec", "exec needs -- COMMAND"),
                mistake("serve exec sh -c cat", "unknown option '-c': write -- before a program with options"),
                mistake("serve exec --lisen x -- cat", "unknown option '--lisen', did you mean --listen?"),
                mistake("connect", "missing required parameter: 'ENDPOINT'"),
                mistake("connect here", "bad endpoint 'here'"),
                mistake("connect fd:3", "an inherited descriptor can only be served"),
                mistake("connect unixgram:/tmp/x --no-half-close", "--no-half-close is for connections"),
                mistake("connect tcp://127.0.0.1:1 --wait 1s", "--wait is for datagrams"),
                mistake("connect udp://127.0.0.1:1 --wait soon", "bad --wait 'soon': it is not a duration"),
                mistake("connect udp://127.0.0.1:1 --no-half-close", "--no-half-close is for connections"),
                mistake("models --format xml", "bad --format 'xml': it must be text or json"));
    }

    private static Stream<Arguments> files() {
        String anywhere = "serve --listen tcp://127.0.0.1:0 ";
        return Stream.of(mistake("serve --listen unix:/etc/passwd/x", "a file is in the place of its directory"),
                mistake(anywhere + "--control /etc/passwd/x", "a file is in the place of its directory"),
                mistake(anywhere + "--control @abstract", "bad --control '@abstract': an abstract socket has no file"),
                mistake(anywhere + "--control ", "bad --control '': it is empty; give the path of a file"),
                mistake(anywhere + "--control /tmp/" + "a".repeat(94),
                        "it has 99 bytes, and the path of the control socket takes 98"),
                mistake(anywhere + "--admin udp://127.0.0.1:1",
                        "bad --admin 'udp://127.0.0.1:1': the admin endpoint cannot be udp://127.0.0.1:1: it is tcp://"),
                mistake(anywhere + "--admin tcp://*:0", "other machines can reach the admin endpoint tcp://*:0, so it"),
                mistake(anywhere + "--admin-token-file x", "--admin-token-file applies to --admin ENDPOINT only"),
                mistake(anywhere + "--admin tcp://127.0.0.1:0 --admin-token-file /proc/x",
                        "the token file /proc/x does not exist"),
                mistake(anywhere + "--admin unix:/etc/passwd/x", "cannot listen on unix:/etc/passwd/x for the admin"),
                mistake(anywhere + "--pid-file ", "bad --pid-file '': it is empty; give the path of a file"),
                mistake(anywhere + "--pid-file /proc/x", "the pid file /proc/x cannot be written: its directory"));
    }

    private static Stream<Arguments> proxyHeaders() {
        return Stream.of(mistake("serve --proxy-protocol 10.0.0.0/33", "the prefix '33' is not a number from 0 to 32"),
                mistake("serve --proxy-protocol-version 3", "bad --proxy-protocol-version '3': it must be 1, 2 or any"),
                mistake("serve --proxy-protocol-timeout 0s", "proxy-protocol-timeout: 0 ms is not positive"),
                mistake("serve --proxy-protocol-version 2",
                        "--proxy-protocol-version is for the PROXY protocol, but no endpoint has it: add"),
                mistake("serve --listen udp://127.0.0.1:0 --proxy-protocol 10.0.0.0/8",
                        "--proxy-protocol is for connections, but all endpoints take datagrams: put ?proxy=CIDR behind"),
                mistake("serve --listen tcp://127.0.0.1:0 --proxy-protocol-timeout 2s",
                        "--proxy-protocol-timeout is for the PROXY protocol, but no endpoint has it: add"),
                mistake("serve --listen tls://fd:3 --tls-self-signed",
                        "bad endpoint 'tls://fd:3': an inherited socket cannot have TLS"),
                mistake("serve --listen unixgram:/tmp/x?proxy=any",
                        "?proxy= is for endpoints that a load balancer forwards"),
                mistake("serve --listen tcp://127.0.0.1:0?proxy=", "bad network ''"),
                mistake("serve echo --send-proxy v1", "--send-proxy applies to proxy only, but echo has no upstream"),
                mistake("serve proxy tcp://127.0.0.1:1 --send-proxy v3", "bad --send-proxy 'v3': it must be v1 or v2"));
    }

    private static Stream<Arguments> proxies() {
        String proxy = "serve proxy tcp://127.0.0.1:1 ";
        return Stream.of(mistake(proxy + "tcp://127.0.0.1:1", "the upstream tcp://127.0.0.1:1 was given twice"),
                mistake(proxy + "--upstream tcp://127.0.0.1:2",
                        "--upstream names the upstreams, but 'tcp://127.0.0.1:1' was given behind proxy, too: use one"),
                mistake("serve echo --balance hash", "--balance applies to proxy only, but echo has no upstream"),
                mistake(proxy + "--balance random",
                        "bad --balance 'random': it must be round-robin, least-connections or hash"),
                mistake(proxy + "--connect-timeout soon", "bad --connect-timeout 'soon': it is not a duration"),
                mistake(proxy + "--retries some", "bad --retries 'some': it is not a whole number"),
                mistake(proxy + "--health-interval 5", "bad --health-interval '5': it is not a duration"),
                mistake(proxy + "--health-fall 0", "bad --health-fall '0': it must be at least 1"),
                mistake(proxy + "--health-rise 2",
                        "--health-rise counts checks, but there are none: add --health-interval"),
                mistake(proxy + "--slow-start 1", "bad --slow-start '1': it is not a duration"),
                mistake(proxy + "--upstream-insecure", "--upstream-insecure is for TLS, but no upstream has it"),
                mistake("serve proxy tls://127.0.0.1:1 --upstream-insecure --upstream-ca x",
                        "--upstream-insecure trusts every upstream, but --upstream-ca names the authorities"),
                mistake("serve proxy tls://127.0.0.1:1 --upstream-ca /no/such", "/no/such"),
                mistake(proxy + "--sni-route www.example.com",
                        "it must be NAME=ENDPOINT, as in www.example.com=tcp://"),
                mistake(proxy + "--sni-route a/b=tcp://127.0.0.1:1", "'a/b' is not the name of a host: write it as in"),
                mistake(proxy + "--sni-route a=udp://127.0.0.1:1", "proxy forwards connections, but udp://127.0.0.1:1"),
                mistake(proxy + "--sni-route a=tls://127.0.0.1:1",
                        "the client's TLS is forwarded as it is, but tls://127.0.0.1:1 would encrypt it once more: use"),
                mistake("serve proxy tcp://127.0.0.1:2 tls://127.0.0.1:1 --sni-route a=unix:/x",
                        "--sni-route forwards TLS as it is, but the upstream tls://127.0.0.1:1, for clients without a"),
                mistake(proxy + "--tls-handshake-timeout 5s", "--tls-handshake-timeout is for TLS, but no endpoint"),
                mistake(proxy + "--sni-route a=unix:/x --listen tls://127.0.0.1:0 --tls-self-signed",
                        "--sni-route routes TLS without decrypting it, but tls://127.0.0.1:0 decrypts it: listen on"));
    }

    /// Files without an end, and files that are none.
    private static Stream<Arguments> endless() {
        String none = "is a device, a pipe or a socket: give the path of a regular file";
        String tls = "serve --listen tls://127.0.0.1:0 --tls-cert ";
        return Stream.of(mistake("serve --config /dev/zero", "the configuration file /dev/zero is larger than 1 MiB"),
                mistake("serve --config /proc", "the configuration file /proc is a directory"),
                mistake("serve --listen tcp://127.0.0.1:0 --admin tcp://127.0.0.1:0 --admin-token-file /dev/zero",
                        "the token file /dev/zero " + none),
                mistake(tls + "/dev/zero --tls-key /dev/zero", "the certificate file /dev/zero " + none),
                mistake(tls + "x --tls-password-file /dev/zero",
                        "the file /dev/zero of --tls-password-file is larger than 4 KiB"),
                mistake("connect tls://127.0.0.1:1 --ca /dev/zero", "/dev/zero " + none),
                mistake("restart --pid-file /dev/zero", "the pid file /dev/zero is larger than 1 KiB"),
                mistake("bench --baseline /dev/zero", "/dev/zero is larger than 64 MiB"));
    }

    private static Stream<Arguments> benchmarks() {
        return Stream.of(mistake("bench --models fast", "bad --models 'fast': unknown model 'fast'"),
                mistake("bench --models nio:handmade", "unknown style 'handmade' in 'nio:handmade'"),
                mistake("bench --models nio,nio", "two contenders have the name 'nio'"),
                mistake("bench --workload echoes",
                        "bad --workload 'echoes': unknown workload 'echoes': take one of echo,"),
                mistake("bench --endpoint tls", "bad --endpoint 'tls': unknown endpoint 'tls': take one of tcp"),
                mistake("bench --endpoint udp --workload churn", "the workload churn needs connections"),
                mistake("bench --connections 0", "bad --connections '0': give a whole number from 1 to 1000000"),
                mistake("bench --rounds many", "bad --rounds 'many': give a whole number"),
                mistake("bench --size 0", "bad --size '0': a request over tcp has 1 to 1048576 bytes"),
                mistake("bench --size 4 --endpoint udp", "bad --size '4': a request over udp has 8 to 65507 bytes"),
                mistake("bench --duration 0", "bad --duration '0': it must be greater than 0"),
                mistake("bench --rate fast", "bad --rate 'fast': give a whole number"),
                mistake("bench --against fd:3", "bad --against 'fd:3'"),
                mistake("bench --baseline /nowhere/b.json", "/nowhere/b.json"),
                mistake("bench --models none", "there is no contender to measure"),
                mistake("bench --now", "unknown option '--now'"));
    }

    private static Stream<Arguments> values() {
        return Stream.of(mistake("serve --model fast", "unknown model 'fast': take one of auto, iterative"),
                mistake("serve --listen 127.0.0.1:80", "bad endpoint '127.0.0.1:80'"),
                mistake("serve --listen 127.0.0.1:80", "did you mean tcp://127.0.0.1:80?"),
                mistake("serve --model threads", "unknown model 'threads': did you mean thread?"),
                mistake("serve --listen tcp://127.0.0.1:70000", "the port '70000' is not a number from 0 to 65535"),
                mistake("serve --max-connections many", "bad --max-connections 'many': it is not a whole number"),
                mistake("serve --max-connections 0", "max-connections: 0 is less than 1"),
                mistake("serve --backlog 0", "backlog: 0 is less than 1"),
                mistake("serve --keep-alive 60s,10s",
                        "bad --keep-alive '60s,10s': it must be IDLE or IDLE,INTERVAL,COUNT"),
                mistake("serve --keep-alive 500ms", "not between 1 and 32767 whole seconds"),
                mistake("serve --user-timeout 100d", "bad --user-timeout '100d': it is not a duration"),
                mistake("serve --defer-accept 10ms", "defer-accept: 10 ms is not between 1000 ms"),
                mistake("serve --send-buffer 4KB", "bad --send-buffer '4KB': it is not a size"),
                mistake("serve --listen unix:@", "after @ comes a name"),
                mistake("serve --idle-timeout 5", "bad --idle-timeout '5': it is not a duration"),
                mistake("serve --drain-timeout -1s", "bad --drain-timeout '-1s': it is not a duration"),
                mistake("serve --unix-mode rw", "bad --unix-mode 'rw': it must be three octal digits, as in 0660"),
                mistake("serve --exit-idle soon", "bad --exit-idle 'soon': it is not a duration"),
                mistake("serve --exit-idle 0", "it must be greater than 0, or the server would end at once"),
                mistake("serve --max-frame 5KB", "bad --max-frame '5KB': it is not a size"),
                mistake("serve --max-frame 2GiB", "it is larger than 1GiB"),
                mistake("serve --on-full panic", "bad --on-full 'panic': it must be wait or reject"),
                mistake("serve --log-format xml", "bad --log-format 'xml': it must be text or json"),
                mistake("serve --model nio --loops 0", "0 is not a positive number of loops"),
                mistake("serve --model thread-pool --workers none", "it must be a positive number"),
                mistake("serve --model process-pool --workers 4..2", "the maximum is less than the minimum"),
                mistake("serve --config /no/such/file", "there is no configuration file /no/such/file"),
                mistake("serve --handler no.Such", "the class no.Such cannot serve: there is no such class"),
                mistake("serve --handler java.lang.String",
                        "it implements none of Handler, Protocol, MessageHandler and DatagramHandler"),
                mistake("serve --handler a.B --class-path /no/such", "the class path has '/no/such'"));
    }

    private static Stream<Arguments> contradictions() {
        return Stream.of(mistake("serve --model virtual --loops 2", "--loops does not apply to the model virtual"),
                mistake("serve --model polling --loops 2", "it always has one loop"),
                mistake("serve --model nio --workers 2", "--workers does not apply to the model nio"),
                mistake("serve --inner nio", "--inner does not apply to the model auto"),
                mistake("serve --model nio --queue 5", "--queue does not apply to the model nio"),
                mistake("serve --model thread-pool --workers 2..4", "a thread-pool has a fixed number of threads"),
                mistake("serve --model process-pool --inner process", "cannot run the model process"),
                mistake("serve --handler a.B echo", "the service 'echo' was given, too"),
                mistake("serve --allow-amplification", "--allow-amplification applies to discard"),
                mistake("serve welcome --defer-accept 1s", "welcome sends first: leave it out"),
                mistake("serve --class-path .", "--class-path applies to --handler"),
                mistake("serve --unix-mode 0660",
                        "--unix-mode applies to the files of Unix sockets that the server binds"),
                mistake("serve --unix-mode 0660 --listen unix:@x --listen udp://127.0.0.1:0",
                        "--unix-mode applies to the files"),
                mistake("serve chat --listen udp://127.0.0.1:0",
                        "chat serves connections, but udp://127.0.0.1:0 has datagrams"),
                mistake("serve qotd --listen udp://*:0", "served on loopback only"));
    }

    private static Stream<Arguments> workers() {
        String pool = "serve --model process-pool --workers 2..4 ";
        return Stream.of(mistake("serve chat --model process",
                "chat needs all its clients in one process, but the model process has several: use a model without"),
                mistake("serve reply --model process-pool", "reply needs all its clients in one process"),
                mistake("serve --spare 2", "--spare does not apply to the model auto: it belongs to process"),
                mistake("serve --model epoll --worker-silence 2s",
                        "--worker-silence does not apply to the model epoll"),
                mistake("serve --model thread-pool --recycle-age 2h",
                        "--recycle-age does not apply to the model thread-pool"),
                mistake("serve --model process-pool --workers 2 --spare 2", "use --workers MIN..MAX"),
                mistake("serve --model process --recycle-connections 5",
                        "--recycle-connections does not apply to the model process: its workers serve one"),
                mistake(pool + "--spare 4..2", "bad --spare '4..2': the maximum is less than the minimum"),
                mistake(pool + "--spare few", "bad --spare 'few': it must be a number, or two as in 2..8"),
                mistake(pool + "--spare 0..0", "bad --spare '0..0': workers: 0 to 0 spare ones"),
                mistake(pool + "--recycle-connections many", "bad --recycle-connections 'many': it is not a whole"),
                mistake(pool + "--recycle-age old", "bad --recycle-age 'old': it is not a duration"),
                mistake(pool + "--worker-boot 0s", "bad --worker-boot '0s': workers: boot is not a positive time"),
                mistake(pool + "--worker-silence 1s",
                        "bad --worker-silence '1s': workers: a silence of 1000 ms is less"));
    }

    private static Stream<Arguments> places() {
        return Stream.of(
                mistake("serve --model nio --listen unixgram:/tmp/polyserve-test", "this model has no Unix datagrams"),
                mistake("serve --model virtual --user-timeout 5s --listen tcp://127.0.0.1:0",
                        "this model cannot set user-timeout"),
                mistake("serve --model nio --listen unix:@polyserve-test", "this model has no abstract addresses"),
                mistake("serve --model nio --listen unix:/" + "x".repeat(106),
                        "its path has 107 bytes and the JDK's sockets take 106"),
                mistake("serve --listen fd:web", "no socket of that name was inherited"),
                mistake("serve --listen tcp://no-such-host.invalid:0", "no-such-host.invalid"));
    }

    @Test
    void aPortInUseIsReportedBeforeServing() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String endpoint = "tcp://127.0.0.1:" + taken.getLocalPort();
            Cli.Finished run = Cli.run("serve", "--listen", endpoint);
            assertThat(run.err()).startsWith("polyserve: ").contains(endpoint, "in use").hasLineCount(1);
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void theStackIsShownOnlyWithDebug() {
        assertThat(Cli.run("serve", "--model", "fast").err()).doesNotContain("\tat ");
        assertThat(Cli.run("serve", "--debug", "--model", "fast").err()).contains("\tat ");
    }

    private static Arguments mistake(String commandLine, String sentence) {
        return Arguments.of(commandLine, sentence);
    }
}
