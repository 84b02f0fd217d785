// swift-tools-version: 6.2
import PackageDescription

/// Every Swift room is built under the same rules: Swift 6 mode, strict memory safety, no warnings.
let houseRules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A room may import only the rooms listed above it (see Sources/ARCHITECTURE.md).
func room(_ name: String, imports: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: houseRules)
}

func tests(_ name: String, of rooms: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: rooms, resources: resources, swiftSettings: houseRules)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "homing",
    products: [
        .executable(name: "homing", targets: ["homing"]),
        .library(name: "DNSWire", targets: ["DNSWire"]),
        .library(name: "DNSCrypto", targets: ["DNSCrypto"]),
        .library(name: "DNSValidation", targets: ["DNSValidation"]),
        .library(name: "DNSZones", targets: ["DNSZones"]),
        .library(name: "DNSOverHTTP", targets: ["DNSOverHTTP"]),
        .library(name: "CLinux", targets: ["CLinux"]),
        .library(name: "COpenSSL", targets: ["COpenSSL"]),
        .library(name: "CNghttp2", targets: ["CNghttp2"]),
        .library(name: "Workloads", targets: ["Workloads"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        room("DNSWire", imports: []),
        room("DNSCache", imports: ["DNSWire"]),
        room("DNSCrypto", imports: ["COpenSSL", "DNSWire"]),
        room("DNSValidation", imports: ["DNSWire", "DNSCrypto"]),
        room("DNSZones", imports: ["DNSWire", "DNSCrypto"]),
        room("ZoneStore", imports: ["DNSWire", "DNSZones", logging, grdb]),
        room("DNSResolution", imports: ["CLinux", "DNSWire", "DNSCache", "DNSCrypto", "DNSValidation"]),
        room("DNSOverHTTP", imports: ["CNghttp2", "DNSWire"]),
        room("DNSTransport", imports: ["CLinux", "COpenSSL", "DNSOverHTTP", "DNSWire"]),
        room(
            "DNSServer",
            imports: [
                "DNSWire", "DNSCache", "DNSCrypto", "DNSValidation", "DNSZones", "ZoneStore",
                "DNSResolution", "DNSTransport",
                logging,
            ]),
        room("Certificates", imports: ["COpenSSL", "DNSWire"]),
        room("HomingConfiguration", imports: ["DNSWire", "DNSCrypto", "DNSZones", "Yams"]),
        .executableTarget(
            name: "homing",
            dependencies: [
                "CLinux", "DNSWire", "DNSCache", "DNSCrypto", "DNSValidation", "DNSZones", "ZoneStore",
                "DNSResolution", "DNSOverHTTP", "DNSTransport", "DNSServer", "Certificates",
                "HomingConfiguration",
                logging, .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: houseRules),

        // What Benchmarks/micro measures, and what counts it.
        .target(
            name: "Workloads",
            dependencies: [
                "DNSWire", "DNSCache", "DNSCrypto", "DNSValidation", "DNSZones", "ZoneStore",
                "DNSResolution", "DNSTransport", "DNSServer", "SeededRandom", logging,
            ],
            path: "Benchmarks/micro/Sources/Workloads", swiftSettings: houseRules),
        .executableTarget(
            name: "counts", dependencies: ["Workloads"], path: "Benchmarks/micro/Sources/counts",
            swiftSettings: houseRules),

        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: houseRules),
        .target(
            name: "TestPeers", dependencies: ["CNghttp2", "COpenSSL"], path: "Tests/TestPeers",
            swiftSettings: houseRules),
        tests("DNSWireTests", of: ["DNSWire", "SeededRandom"]),
        tests("DNSCacheTests", of: ["DNSWire", "DNSCache", "SeededRandom"]),
        tests("DNSCryptoTests", of: ["COpenSSL", "DNSWire", "DNSCrypto", "SeededRandom"]),
        tests("DNSValidationTests", of: ["DNSWire", "DNSCrypto", "DNSValidation", "SeededRandom"]),
        tests("DNSZonesTests", of: ["DNSWire", "DNSCrypto", "DNSZones", "SeededRandom"]),
        tests("ZoneStoreTests", of: ["DNSWire", "DNSZones", "ZoneStore", "SeededRandom", logging]),
        tests(
            "DNSResolutionTests",
            of: ["DNSWire", "DNSCache", "DNSCrypto", "DNSValidation", "DNSResolution"]),
        tests(
            "DNSOverHTTPTests", of: ["DNSWire", "DNSOverHTTP", "SeededRandom", "TestPeers"]),
        tests(
            "DNSTransportTests",
            of: [
                "CLinux", "COpenSSL", "DNSWire", "DNSOverHTTP", "DNSTransport", "SeededRandom", "TestPeers",
            ]),
        tests(
            "DNSServerTests",
            of: [
                "DNSWire", "DNSCache", "DNSCrypto", "DNSValidation", "DNSZones", "ZoneStore",
                "DNSResolution", "DNSTransport", "DNSServer",
                logging,
            ]),
        tests("CertificatesTests", of: ["COpenSSL", "DNSWire", "Certificates", "SeededRandom"]),
        tests("HomingConfigurationTests", of: ["DNSWire", "DNSZones", "HomingConfiguration"]),
        tests(
            "ScenarioTests",
            of: [
                "DNSWire", "DNSCache", "DNSCrypto", "DNSValidation", "DNSResolution", "DNSTransport",
                "DNSServer",
                logging,
            ]),
        tests(
            "DaemonTests",
            of: [
                "CLinux", "DNSWire", "DNSCache", "DNSCrypto", "DNSValidation", "DNSZones", "ZoneStore",
                "DNSResolution", "DNSTransport", "DNSServer", "Certificates", "HomingConfiguration",
                "SeededRandom", "TestPeers", "COpenSSL", "homing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ]
)
