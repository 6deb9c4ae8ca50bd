// Gate infrastructure on workflow tasks of Alibaba Cloud Intelligent Media Services (ICE).
package ice
