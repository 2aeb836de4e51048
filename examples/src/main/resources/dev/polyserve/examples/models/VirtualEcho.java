import dev.polyserve.*;

void main(String[] args) throws Exception {
    Server server = Server.at("tcp://127.0.0.1:" + args[0])
            .model(Model.virtual())
            .handle(client -> client.inputStream().transferTo(client.outputStream()))
            .start();
    IO.println(server.endpoints().getFirst());
    server.await();
}
