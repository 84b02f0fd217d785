import DNSWire
import Foundation
import Testing

@testable import homing

/// The built executable as a process of its own: signals, the service manager's messages, exit status.
@Suite struct ProcessTests {
    private func process(_ arguments: [String], notify: String? = nil) -> (Process, Pipe) {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = Executable.url
        process.arguments = arguments
        process.environment = Executable.sanitizerEnvironment
        process.environment?["NOTIFY_SOCKET"] = notify
        process.standardError = pipe
        process.standardOutput = pipe
        return (process, pipe)
    }

    private func output(_ arguments: String...) throws -> (text: String, status: Int32) {
        let (process, pipe) = process(arguments)
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: data, as: UTF8.self), process.terminationStatus)
    }

    @Test(arguments: [true, false])
    func signalsAndNotifications(withAbstractName isAbstract: Bool) throws {
        let manager = try NotifySocket(isAbstract: isAbstract)
        let upstream = try ScriptedUpstream(ExampleZone.script)
        defer { upstream.stop() }
        let port = try FreePort.find()
        let state = try TestDirectory()
        let file = try TestFile(
            """
            listen: {addresses: "127.0.0.1:\(port)"}
            process: {workers: 2, state-directory: \(state.path)}
            dnssec: {mode: off}
            hosts: {nas.lan: 192.168.1.10}
            forward-zones: [{suffix: ., servers: "\(upstream.address)"}]
            """)
        let (process, pipe) = process(["serve", file.path], notify: manager.name)
        try process.run()
        // Whatever happens, it ends with the test, and what it said is shown.
        var (log, isComplete) = ("", false)
        defer {
            if !isComplete {
                process.terminate()
                log += String(decoding: (try? pipe.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
                process.waitUntilExit()
                Issue.record("ended with \(process.terminationReason) \(process.terminationStatus): \(log)")
            }
        }
        #expect(try manager.receive().hasPrefix("READY=1\n"))
        let server = SocketAddress(IPAddress(127, 0, 0, 1), port: port)
        let request = QueryRequest(patiently: Question("nas.lan.", .a), of: server)
        #expect(try QueryClient(request: request).ask().message.answers.count == 1)

        kill(process.processIdentifier, SIGUSR1)
        kill(process.processIdentifier, SIGHUP)
        #expect(try manager.receive().contains(/^RELOADING=1\nMONOTONIC_USEC=[0-9]+$/))
        #expect(try manager.receive().hasPrefix("READY=1\n"))

        kill(process.processIdentifier, SIGTERM)
        #expect(try manager.receive().hasPrefix("STOPPING=1\n"))
        log = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        isComplete = true
        #expect(
            process.terminationReason == .exit && process.terminationStatus == 0,
            "\(process.terminationReason) \(process.terminationStatus): \(log)")
        #expect(
            log.contains("notice: homing \(Homing.version) serves addresses=127.0.0.1:\(port) workers=2\n"))
        #expect(log.contains("homing_queries_total{transport=\"udp\"} 1\n"))
        #expect(log.contains("configuration reloaded"))
    }

    @Test func addressInUseIsSaid() throws {
        let house = try TestDaemon()
        let file = try TestFile("listen: {addresses: \"\(house.address)\"}")
        let (text, status) = try output("serve", file.path)
        #expect(status == 1)
        #expect(text.contains("cannot listen on 127.0.0.1 port \(house.address.port)"))
    }

    @Test func unknownUserIsSaid() throws {
        guard Privileges.isRoot else { return }
        let file = try TestFile(
            "listen: {addresses: \"127.0.0.1:\(FreePort.find())\"}\nprocess: {user: no-such-user}")
        let (text, status) = try output("serve", file.path)
        #expect(status == 1)
        #expect(text.contains("there is no user \"no-such-user\""))
    }

    @Test func exitStatuses() throws {
        let good = try TestFile("cache: {size: 64MiB}")
        let bad = try TestFile("cache: {size: lots}")
        #expect(try output("check", good.path).status == 0)
        #expect(try output("check", bad.path).status == 1)
        #expect(try output("check", "--print-defaults").text.hasPrefix("# The configuration of Homing."))
        #expect(try output("serve", bad.path).status == 1)
        #expect(try output("serve", good.path, "--config", good.path).status == 1)
        #expect(try output("query").status == 1)
        #expect(try output("query", "a.example", "NOTYPE").status == 1)
        let closed = try ClosedPort()
        #expect(try output("query", "a.example", "@\(closed.address)").status == 2)
        withExtendedLifetime(closed) {}
        #expect(try output("--version").text == "homing \(Homing.version)\n")
        #expect(try output("query", "--help").status == 0)
        let house = try TestDaemon()
        let answer = try output(
            "query", "none.example", "@\(house.address)", "+json", "--timeout", "\(QueryRequest.patient)")
        #expect(answer.status == 0)
        #expect(answer.text.contains("\"status\" : \"NXDOMAIN\""))
    }
}
