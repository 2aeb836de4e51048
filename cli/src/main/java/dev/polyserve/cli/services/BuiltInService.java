package dev.polyserve.cli.services;

import dev.polyserve.ServerBuilder;
import dev.polyserve.cli.proxy.ReverseProxyService;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The table of services: name, description, supported endpoints, and how a server is configured for it.
public enum BuiltInService implements ServiceDefinition {
    /// RFC 862.
    ECHO("echo", "", 0, Datagrams.ANYWHERE, false, "returns every byte"),
    /// Upper case.
    UPPER("upper", "", 0, Datagrams.ANYWHERE, false, "returns every byte, with ASCII letters in upper case"),
    /// Input on standard output.
    PRINT("print", "", 0, Datagrams.ANYWHERE, false, "prints the input line by line, marked with the peer"),
    /// A greeting, then line-by-line echo.
    WELCOME("welcome", "[TEXT]", 0, Datagrams.NONE, true, "greets, then returns every line until the line 'exit'"),
    /// Answers by an operator.
    REPLY("reply", "", 0, Datagrams.NONE, true, "shows every client's lines; typing 'N text' answers client N"),
    /// A chat room.
    CHAT("chat", "", 0, Datagrams.NONE, true, "sends each client's lines to all others (/name, /who, /quit)"),
    /// RFC 863.
    DISCARD("discard", "", 0, Datagrams.LOOPBACK, false, "discards all input"),
    /// RFC 864.
    CHARGEN("chargen", "", 0, Datagrams.LOOPBACK, true, "sends lines of characters endlessly"),
    /// RFC 867.
    DAYTIME("daytime", "", 0, Datagrams.LOOPBACK, true, "sends the date and time as text"),
    /// RFC 868.
    TIME("time", "", 0, Datagrams.LOOPBACK, true, "sends the seconds since 1900 as four bytes"),
    /// RFC 865.
    QOTD("qotd", "", 0, Datagrams.LOOPBACK, true, "sends one short sentence"),
    /// A program per connection.
    EXEC("exec", "-- COMMAND ARGS...", 1, Datagrams.NONE, true,
            "runs a program per connection, with the connection as its standard input and output"),
    /// Forwarding to another server.
    PROXY("proxy", "ENDPOINT...", 0, Datagrams.NONE, true,
            "forwards bytes in both directions to another endpoint, or to one of several");

    /// The datagram endpoints that a service supports.
    private enum Datagrams {
        NONE, LOOPBACK, ANYWHERE
    }

    private final String id;
    private final String parameters;
    private final int leastArguments;
    private final Datagrams datagrams;
    private final boolean sendsFirst;
    private final String description;

    BuiltInService(String id, String parameters, int leastArguments, Datagrams datagrams, boolean sendsFirst,
            String description) {
        this.id = id;
        this.parameters = parameters;
        this.leastArguments = leastArguments;
        this.datagrams = datagrams;
        this.sendsFirst = sendsFirst;
        this.description = description;
    }

    /// The service with this name; also checks the number of its arguments.
    ///
    /// @throws IllegalArgumentException with one sentence, when the name is unknown or the number of arguments is wrong
    public static BuiltInService named(String id, List<String> arguments) {
        BuiltInService service = Arrays.stream(values()).filter(each -> each.id.equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown service '" + id + "': take one of "
                        + Arrays.stream(values()).map(BuiltInService::id).collect(Collectors.joining(", "))));
        service.checkArguments(arguments);
        return service;
    }

    @Override
    public String id() {
        return id;
    }

    /// The arguments that follow the name on the command line.
    public String parameters() {
        return parameters;
    }

    /// A description in one phrase.
    public String description() {
        return description;
    }

    @Override
    public boolean servesStreams() {
        return true;
    }

    @Override
    public boolean servesDatagrams() {
        return datagrams != Datagrams.NONE;
    }

    @Override
    public boolean amplifies() {
        return datagrams == Datagrams.LOOPBACK;
    }

    @Override
    public boolean startsTls() {
        return false;
    }

    @Override
    public boolean sendsFirst() {
        return sendsFirst;
    }

    @Override
    public boolean needsOneProcess() {
        return this == CHAT || this == REPLY;
    }

    @Override
    public void into(ServerBuilder builder, ServiceContext context) {
        switch (this) {
            case ECHO ->
                builder.protocol(EchoService::new)
                        .datagrams(SpoofedDatagramFilter.echoing(EchoService::reply, context));
            case UPPER ->
                builder.protocol(UpperService::new)
                        .datagrams(SpoofedDatagramFilter.echoing(UpperService::reply, context));
            case PRINT -> new PrintService(context.out()).into(builder);
            case WELCOME -> builder.handle(new WelcomeService(context.arguments()));
            case REPLY -> new OperatorReplyService(context.in(), context.out()).into(builder, context.serving());
            case CHAT -> builder.handler(new ChatRoom()::newMember);
            case DISCARD -> builder.protocol(DiscardService::new).datagrams(DiscardService::datagram);
            case CHARGEN -> builder.protocol(() -> new ChargenService(context.options().limits().highWaterBytes()))
                    .datagrams(SpoofedDatagramFilter.amplifying(ChargenService::reply, context));
            case DAYTIME -> sendOnce(builder, context, DaytimeService::now);
            case TIME -> sendOnce(builder, context, TimeService::now);
            case QOTD -> sendOnce(builder, context, new QotdService()::next);
            case EXEC -> context.exec().into(builder, context);
            case PROXY -> ReverseProxyService.into(builder, context.upstreams(), context.serves());
        }
    }

    private static void sendOnce(ServerBuilder builder, ServiceContext context, SendThenCloseProtocol.Message message) {
        builder.protocol(() -> new SendThenCloseProtocol(message))
                .datagrams(SpoofedDatagramFilter.amplifying((request, reply) -> reply.write(message.bytes()), context));
    }

    private void checkArguments(List<String> arguments) {
        if (arguments.size() < leastArguments) {
            throw new IllegalArgumentException(
                    id + " needs " + parameters + ", as in: polyserve serve " + id + " -- cat");
        }
        if (parameters.isEmpty() && !arguments.isEmpty()) {
            throw new IllegalArgumentException(
                    id + " takes no arguments, but '" + arguments.getFirst() + "' was given");
        }
        if (this != EXEC && this != PROXY && arguments.size() > 1) {
            throw new IllegalArgumentException(
                    id + " takes one " + parameters + ", but '" + arguments.get(1)
                            + "' was given, too: put quotes around it");
        }
    }
}
