// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "zones",
    dependencies: [.package(name: "homing", path: "../..")],
    targets: [
        .executableTarget(
            name: "zones",
            dependencies: [
                .product(name: "DNSWire", package: "homing"), .product(name: "DNSZones", package: "homing"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
    ]
)
